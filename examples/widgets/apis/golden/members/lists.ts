import { Enum, Type } from '@apiserver-kit/framework'
import { Optional } from './optional.ts'

const port = Type.Object({
  port: Type.Integer({ minimum: 1, maximum: 65535 }),
  protocol: Type.Optional(Enum(['TCP', 'UDP'], { default: 'TCP' })),
  name: Type.Optional(Type.String()),
  target: Type.Optional(Type.IntOrString()),
})

const action = Type.Object({
  id: Type.Integer(),
  run: Type.Optional(Type.String()),
  needs: Type.Optional(Type.ListSet(Type.Integer())),
})

const stage = Type.Object({
  name: Type.String(),
  when: Type.Optional(Type.String()),
  actions: Type.Optional(Type.ListMap(action, ['id'])),
})

/** Lists that are replaced as a whole, sets, and lists of objects told apart by one key or two. */
export const lists = {
  slots: Type.Array(Optional({ id: Type.Integer(), use: Type.String({ default: 'any' }) }), {
    minItems: 1,
    maxItems: 3,
    'x-kubernetes-list-type': 'atomic',
  }),
  tags: Type.ListSet(Type.String({ maxLength: 12 }), { maxItems: 20 }),
  numbers: Type.ListSet(Type.Integer()),
  pairs: Type.ListSet(Optional({ k: Type.String(), v: Type.String() }, { 'x-kubernetes-map-type': 'atomic' })),
  matrix: Type.Array(Type.Array(Type.Integer({ minimum: 0 }), { maxItems: 3 })),
  ports: Type.ListMap(port, ['port', 'protocol']),
  stages: Type.ListMap(stage, ['name']),
} as const
