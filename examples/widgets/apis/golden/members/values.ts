import { Enum, Type } from '@apiserver-kit/framework'
import { Optional } from './optional.ts'

const string = (format: string) => Type.String({ format })

/** Every format that the server knows, and one that it does not. */
const formats = Optional({
  dateTime: Type.Time(),
  date: string('date'),
  duration: Type.Duration(),
  byte: string('byte'),
  email: string('email'),
  hostname: string('hostname'),
  uri: string('uri'),
  ipv4: string('ipv4'),
  ipv6: string('ipv6'),
  cidr: string('cidr'),
  mac: string('mac'),
  uuid: string('uuid'),
  hexcolor: string('hexcolor'),
  password: string('password'),
  shortName: string('k8s-short-name'),
  longName: string('k8s-long-name'),
  unheardOf: string('unheard-of'),
  int32: Type.Int32(),
  int64: Type.Int64(),
  float: Type.Number({ format: 'float' }),
  double: Type.Number({ format: 'double' }),
})

/** Texts, numbers and booleans, those of either type, and null as a value. */
export const values = {
  code: Type.String({ pattern: '^[A-Z]{2}-[0-9]+$' }),
  mode: Enum(['auto', 'manual'], { default: 'auto' }),
  note: Type.Nullable(Type.String()),
  remark: Type.Nullable(Type.String(), { default: 'none' }),
  formats,
  step: Type.Integer({ multipleOf: 5 }),
  replicas: Type.Int32({ minimum: 0, maximum: 50 }),
  big: Type.Int64(),
  ratio: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
  weight: Type.Number({ multipleOf: 0.5 }),
  active: Type.Boolean(),
  port: Type.IntOrString(),
  budget: Type.IntOrString({ pattern: '^[0-9]+%$' }),
} as const

/** Whom the owner wants to be asked. */
export const contact = Type.Object({
  kind: Enum(['mail', 'chat']),
  address: Type.String({ minLength: 3 }),
  urgent: Type.Optional(Type.Boolean()),
})
