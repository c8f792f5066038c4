import { Type } from '@apiserver-kit/framework'

type Members = Parameters<typeof Type.Object>[0]
type Options = Parameters<typeof Type.Object>[1]

/** An object of which no member is required. */
export const Optional = <const M extends Members>(members: M, options: Options = {}) =>
  Type.Partial(Type.Object(members, options))
