import { defineKind, Enum, Type, type ObjectOf } from '@apiserver-kit/framework'
import { Optional } from '../members/optional.ts'
import { parts, zones } from '../members/parts.ts'
import { contact } from '../members/values.ts'
import { widgetSchema } from '../widget-schema.ts'

/** Widget in its deprecated version: looser bounds, so that what was written through it can be invalid under v1. */
export const Widget = defineKind({
  group: 'golden.example.com',
  version: 'v1beta1',
  kind: 'Widget',
  plural: 'widgets',
  shortNames: ['wd'],
  categories: ['all'],
  deprecationWarning: 'golden.example.com/v1beta1 Widget is deprecated; use golden.example.com/v1 Widget',
  selectableFields: ['.spec.color'],
  columns: [
    { name: 'Title', type: 'string', jsonPath: '.spec.title' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  ],
  schema: widgetSchema({
    color: Enum(['red', 'green', 'blue', 'mauve']),
    title: Type.String({ minLength: 2, maxLength: 20 }),
    size: Type.Int32({ minimum: 1, maximum: 1000 }),
    owner: Optional({ team: Type.String(), contact }),
    args: Type.Array(Type.String(), { maxItems: 10 }),
    zones: zones({}),
    parts: parts({}),
    range: Optional({ min: Type.Integer(), max: Type.Integer() }),
  }),
})
export type Widget = ObjectOf<typeof Widget>
