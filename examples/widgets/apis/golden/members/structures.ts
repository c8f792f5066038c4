import { Type } from '@apiserver-kit/framework'
import { Optional } from './optional.ts'

/** Defaults inside defaults. */
const settings = Optional({
  level: Type.Integer({ default: 3, minimum: 0, maximum: 9 }),
  retry: Optional({ attempts: Type.Integer(), backoff: Type.String({ default: '1s' }) }, { default: { attempts: 2 } }),
  tags: Type.Array(Type.String(), { default: ['base'] }),
  env: Type.Map(Type.String(), { default: { A: '1' } }),
  rules: Type.Array(
    Optional({
      verb: Type.String({ default: 'get' }),
      deep: Optional(
        { enabled: Type.Boolean({ default: false }), ratio: Type.Number({ default: 0.5 }) },
        { default: {} },
      ),
    }),
  ),
  maybe: Type.Nullable(Type.Array(Type.String())),
  maybeMap: Type.Nullable(Type.Map(Type.String())),
})

/** Objects and maps: with defaults, with members that nobody declared, with whole objects inside. */
export const structures = {
  policy: Optional({ retain: Type.Boolean({ default: true }), keep: Type.Integer() }, { default: {} }),
  settings,
  anything: Type.Preserved(),
  extra: Optional(
    { known: Optional({ a: Type.Integer(), b: Type.String({ default: 'bee' }) }) },
    { 'x-kubernetes-preserve-unknown-fields': true },
  ),
  template: Type.EmbeddedResource(),
  typedTemplate: Optional(
    { spec: Optional({ x: Type.Integer(), why: Type.String({ default: 'because' }) }) },
    { 'x-kubernetes-embedded-resource': true },
  ),
  labels: Type.Map(Type.String({ maxLength: 8 }), { minProperties: 1, maxProperties: 3 }),
  limits: Type.Map(Type.IntOrString()),
  nested: Type.Map(Type.Map(Type.String())),
  selector: Optional(
    { matchLabels: Type.Map(Type.String()), strict: Type.Boolean() },
    { 'x-kubernetes-map-type': 'atomic' },
  ),
} as const
