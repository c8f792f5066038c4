import { defineKind, Type, type ObjectOf } from '@apiserver-kit/framework'
import { Optional } from '../members/optional.ts'

/** Gadget: cluster-scoped, and its status is an ordinary member. */
export const Gadget = defineKind({
  group: 'golden.example.com',
  version: 'v1',
  kind: 'Gadget',
  plural: 'gadgets',
  shortNames: ['gd'],
  scope: 'Cluster',
  schema: Optional({
    spec: Type.Object({
      serial: Type.String({ pattern: '^[0-9]{4}$' }),
      power: Type.Optional(Type.Integer({ minimum: 0, maximum: 10, default: 5 })),
      tags: Type.Optional(Type.ListSet(Type.String())),
    }),
    status: Optional({ phase: Type.String(), power: Type.Integer() }),
  }),
})
export type Gadget = ObjectOf<typeof Gadget>
