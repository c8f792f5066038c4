import { Type } from '@apiserver-kit/framework'
import { rules } from './rules.ts'

/** The parts of a widget; versions differ in the bounds of `count`. */
export const parts = (count: { readonly minimum?: number }) =>
  Type.ListMap(
    Type.Object(
      {
        name: Type.String({ maxLength: 20, pattern: '^[a-z]+$' }),
        count: Type.Optional(Type.Integer({ ...count, default: 1 })),
        max: Type.Optional(Type.Integer()),
        kind: Type.Optional(
          Type.String({ maxLength: 20, ...rules({ rule: 'self == oldSelf', message: 'kind is immutable' }) }),
        ),
        opts: Type.Optional(Type.Map(Type.String())),
        tags: Type.Optional(Type.ListSet(Type.String())),
        args: Type.Optional(Type.Array(Type.String())),
      },
      rules({
        rule: '!has(self.max) || self.count <= self.max',
        messageExpression: "'part ' + self.name + ' counts more than its max'",
      }),
    ),
    ['name'],
    { maxItems: 10 },
  )

/** The zones of a widget by name; versions differ in the bounds of `weight`. */
export const zones = (weight: { readonly minimum?: number }) =>
  Type.Map(
    Type.Object(
      { host: Type.String(), weight: Type.Optional(Type.Integer({ ...weight, default: 1 })) },
      rules({ rule: 'self.weight >= oldSelf.weight', message: 'weight may not shrink' }),
    ),
    { maxProperties: 10 },
  )
