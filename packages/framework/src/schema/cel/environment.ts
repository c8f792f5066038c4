import { types, listOf, mapOf, optionalOf, typeOfType, type CelType } from './cel-type.ts'
import { kubernetesFunctions } from './library/kubernetes-functions.ts'
import type { Functions } from './overload.ts'
import type { StructTypes } from './struct-value.ts'
import { TypeValue } from './value.ts'

/** What an expression may name. */
export interface Environment {
  readonly variables: ReadonlyMap<string, CelType>
  readonly functions: Functions
  /** What values may be made of by naming a type. Default: nothing. */
  readonly structTypes?: StructTypes
  readonly typeNames: ReadonlyMap<string, { readonly value: TypeValue; readonly type: CelType }>
  /** The namespace of names, like `a.b`. */
  readonly container: string
  /** The elements of a list or a map literal must be of one type. */
  readonly homogeneous: boolean
  /** Wrong types come out when it is evaluated only. */
  readonly unchecked: boolean
}

/** The environment of a kind's rules. Source: apiserver pkg/cel/environment/base.go. */
export function kubernetesEnvironment(variables: ReadonlyMap<string, CelType>): Environment {
  return {
    variables,
    functions: kubernetesFunctions(),
    typeNames,
    container: '',
    homogeneous: true,
    unchecked: false,
  }
}

const named = (name: string, type: CelType): [string, { value: TypeValue; type: CelType }] => [
  name,
  { value: new TypeValue(name), type },
]
const { dyn } = types

const typeNames: Environment['typeNames'] = new Map([
  named('bool', types.bool),
  named('int', types.int),
  named('uint', types.uint),
  named('double', types.double),
  named('string', types.string),
  named('bytes', types.bytes),
  named('null_type', types.null),
  named('list', listOf(dyn)),
  named('map', mapOf(dyn, dyn)),
  named('type', typeOfType(dyn)),
  named('optional_type', optionalOf(dyn)),
  named('google.protobuf.Timestamp', types.timestamp),
  named('google.protobuf.Duration', types.duration),
  ...['net.IP', 'net.CIDR', 'kubernetes.URL', 'kubernetes.Quantity', 'kubernetes.Semver', 'kubernetes.NamedFormat'].map(
    (name) => named(name, { name, parameters: [] }),
  ),
])
