import { Enum, Type } from '@apiserver-kit/framework'
import { Optional } from './optional.ts'
import { rules } from './rules.ts'

const condition = Type.Object({
  type: Type.String({ maxLength: 316 }),
  status: Enum(['True', 'False', 'Unknown']),
  observedGeneration: Type.Optional(Type.Int64()),
  lastTransitionTime: Type.Optional(Type.Time()),
  reason: Type.Optional(Type.String({ minLength: 1, default: 'Unspecified' })),
  message: Type.Optional(Type.String({ maxLength: 1024 })),
})

/** What the widget is, in every version. */
export const status = Optional(
  {
    phase: Enum(['Pending', 'Ready', 'Failed']),
    replicas: Type.Int32(),
    selector: Type.String(),
    observedGeneration: Type.Int64(),
    counts: Type.Map(Type.Integer({ minimum: 0 })),
    history: Type.Array(Type.String()),
    raw: Type.Object({}, { 'x-kubernetes-preserve-unknown-fields': true }),
    checked: Type.Boolean({ default: false }),
    conditions: Type.ListMap(condition, ['type']),
  },
  {
    description: 'What the widget is.',
    ...rules({
      rule: "!has(oldSelf.phase) || oldSelf.phase != 'Failed' || self.?phase.orValue('') == 'Failed'",
      message: 'a failed widget stays failed',
    }),
  },
)
