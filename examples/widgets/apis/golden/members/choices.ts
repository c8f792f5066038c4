import { Type } from '@apiserver-kit/framework'
import { Optional } from './optional.ts'

/** One of, any of, all of, not. */
export const choices = {
  source: Optional(
    { git: Optional({ url: Type.String(), ref: Type.String() }), image: Type.String(), inline: Type.String() },
    { oneOf: [{ required: ['git'] }, { required: ['image'] }, { required: ['inline'] }] },
  ),
  target: Optional(
    { host: Type.String(), ip: Type.String() },
    { anyOf: [{ required: ['host'] }, { required: ['ip'], properties: { ip: { pattern: '^10\\.' } } }] },
  ),
  window: Optional(
    { from: Type.Integer(), to: Type.Integer() },
    {
      allOf: [
        { properties: { from: { minimum: 0 } } },
        { properties: { from: { maximum: 23 }, to: { maximum: 24 } } },
        { required: ['from'] },
      ],
    },
  ),
  alias: Type.String({ maxLength: 20, not: { enum: ['admin', 'root'] } }),
  aliases: Type.Array(Type.String({ maxLength: 20 }), { maxItems: 10 }),
} as const
