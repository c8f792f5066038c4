import { defineKind, Type, type ObjectOf } from '@apiserver-kit/framework'

const spec = Type.Object({
  serial: Type.String({ pattern: '^[0-9]{4}$' }),
  power: Type.Optional(Type.Integer({ minimum: 0, maximum: 10, default: 5 })),
  tags: Type.Optional(Type.ListSet(Type.String())),
})

const status = Type.PartialObject({ phase: Type.String(), power: Type.Integer() })

export const Gadget = defineKind({
  group: 'golden.example.com',
  version: 'v1',
  kind: 'Gadget',
  plural: 'gadgets',
  shortNames: ['gd'],
  scope: 'Cluster',
  schema: Type.PartialObject({ spec, status }),
})
export type Gadget = ObjectOf<typeof Gadget>
