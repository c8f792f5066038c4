import { defineKind, Enum, Type, type ObjectOf } from '@apiserver-kit/framework'

const condition = Type.Object({
  type: Type.String(),
  status: Enum(['True', 'False', 'Unknown']),
  observedGeneration: Type.Optional(Type.Integer()),
  lastTransitionTime: Type.Time(),
  reason: Type.String({ minLength: 1 }),
  message: Type.String(),
})

/** A web site: some pages, and a name in the DNS of some provider. */
export const Site = defineKind({
  group: 'sites.example.com',
  version: 'v1',
  kind: 'Site',
  plural: 'sites',
  schema: Type.Object({
    spec: Type.Object({
      host: Type.String({ minLength: 1, description: 'The name in DNS.' }),
      pages: Type.ListSet(Type.String({ pattern: '^[a-z0-9]+$' }), {
        default: [],
        description: 'Titles of the pages.',
      }),
    }),
    status: Type.Optional(
      Type.Object({
        pages: Type.Integer({ description: 'How many pages there are.' }),
        conditions: Type.ListMap(condition, ['type']),
      }),
    ),
  }),
  columns: [
    { name: 'Host', type: 'string', jsonPath: '.spec.host' },
    { name: 'Pages', type: 'integer', jsonPath: '.status.pages' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  ],
})
export type Site = ObjectOf<typeof Site>
