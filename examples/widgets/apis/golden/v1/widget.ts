import { defineKind, Enum, Type, type ObjectOf } from '@apiserver-kit/framework'
import { Optional } from '../members/optional.ts'
import { parts, zones } from '../members/parts.ts'
import { rules } from '../members/rules.ts'
import { contact } from '../members/values.ts'
import { widgetSchema } from '../widget-schema.ts'

/** Widget in its stored version: every keyword that a schema may have is in use somewhere. */
export const Widget = defineKind({
  group: 'golden.example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  shortNames: ['wd'],
  categories: ['all'],
  selectableFields: ['.spec.color', '.spec.size', '.spec.active', '.spec.owner.team'],
  columns: [
    { name: 'Color', type: 'string', jsonPath: '.spec.color' },
    { name: 'Size', type: 'integer', format: 'int32', jsonPath: '.spec.size', description: 'How big it should be.' },
    { name: 'Active', type: 'boolean', jsonPath: '.spec.active' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Ratio', type: 'number', jsonPath: '.spec.ratio', priority: 1 },
    { name: 'Args', type: 'string', jsonPath: '.spec.args', priority: 1 },
    { name: 'First', type: 'string', jsonPath: '.spec.args[0]', priority: 1 },
    { name: 'Parts', type: 'string', jsonPath: '.spec.parts[*].name', priority: 1 },
    { name: 'Env', type: 'string', jsonPath: '.spec.settings.env', priority: 1 },
    { name: 'Big', type: 'string', jsonPath: '.spec.big', priority: 1 },
    { name: 'Due', type: 'date', jsonPath: '.spec.formats.dateTime', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: widgetSchema({
    color: Enum(['red', 'green', 'blue']),
    title: Type.String({ minLength: 2, maxLength: 10 }),
    size: Type.Int32({ minimum: 1, maximum: 100 }),
    owner: Type.Object({ team: Type.String(), contact: Type.Optional(contact) }),
    args: Type.Array(Type.String(), { maxItems: 5 }),
    zones: zones({ minimum: 0 }),
    parts: parts({ minimum: 0 }),
    range: Optional(
      { min: Type.Integer(), max: Type.Integer() },
      rules({ rule: '!has(self.min) || !has(self.max) || self.min <= self.max', message: 'min may not exceed max' }),
    ),
  }),
})
export type Widget = ObjectOf<typeof Widget>
