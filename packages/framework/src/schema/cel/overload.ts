import { readType, type CelType } from './cel-type.ts'
import {
  Duration,
  List,
  MapValue,
  Opaque,
  Optional,
  Timestamp,
  typeName,
  TypeValue,
  Uint,
  type Value,
} from './value.ts'

/** What a call costs, from its first two arguments; 1 where nothing is said. It is charged before the call. */
export type Cost = (first: Value, second: Value) => number

/** One way to call a function. */
export interface Overload {
  readonly name: string
  /** Called as `first.name(others)`. */
  readonly member: boolean
  readonly parameters: readonly CelType[]
  readonly result: CelType
  readonly accepts: readonly ((value: Value) => boolean)[]
  readonly run: (...args: Value[]) => Value
  readonly cost: Cost | undefined
}

interface Natives {
  readonly null: null
  readonly bool: boolean
  readonly int: bigint
  readonly uint: Uint
  readonly double: number
  readonly string: string
  readonly bytes: Uint8Array
  readonly timestamp: Timestamp
  readonly duration: Duration
}

type Native<T extends string> = T extends keyof Natives
  ? Natives[T]
  : T extends `list(${string})`
    ? List
    : T extends `map(${string})`
      ? MapValue
      : T extends `optional_type(${string})`
        ? Optional
        : Value

type Run<P extends readonly string[]> = (...args: { [I in keyof P]: Native<P[I]> }) => Value

/** Declares `name(parameters)`. */
export const global = <const P extends readonly string[]>(
  name: string,
  parameters: P,
  result: string,
  run: Run<P>,
  cost?: Cost,
): Overload => declare(name, false, parameters, result, run, cost)

/** Declares `parameter.name(other parameters)`. */
export const member = <const P extends readonly string[]>(
  name: string,
  parameters: P,
  result: string,
  run: Run<P>,
  cost?: Cost,
): Overload => declare(name, true, parameters, result, run, cost)

function declare<P extends readonly string[]>(
  name: string,
  isMember: boolean,
  parameters: P,
  result: string,
  run: Run<P>,
  cost: Cost | undefined,
): Overload {
  const types = parameters.map(readType)
  return {
    name,
    member: isMember,
    parameters: types,
    result: readType(result),
    accepts: types.map(acceptsType),
    run: run as unknown as Overload['run'],
    cost,
  }
}

const anything = (): boolean => true

const predicates: ReadonlyMap<string, (value: Value) => boolean> = new Map<string, (value: Value) => boolean>([
  ['null', (value) => value === null],
  ['bool', (value) => typeof value === 'boolean'],
  ['int', (value) => typeof value === 'bigint'],
  ['uint', (value) => value instanceof Uint],
  ['double', (value) => typeof value === 'number'],
  ['string', (value) => typeof value === 'string'],
  ['bytes', (value) => value instanceof Uint8Array],
  ['timestamp', (value) => value instanceof Timestamp],
  ['duration', (value) => value instanceof Duration],
  ['list', (value) => value instanceof List],
  ['map', (value) => value instanceof MapValue],
  ['optional_type', (value) => value instanceof Optional],
  ['type', (value) => value instanceof TypeValue],
  ['dyn', anything],
])

function acceptsType({ name }: CelType): (value: Value) => boolean {
  if (name.startsWith('%')) return anything
  return predicates.get(name) ?? ((value) => value instanceof Opaque && typeName(value) === name)
}

/** Functions by name. */
export type Functions = ReadonlyMap<string, readonly Overload[]>

export function functionsOf(...libraries: readonly (readonly Overload[])[]): Functions {
  const functions = new Map<string, Overload[]>()
  for (const overload of libraries.flat()) {
    const known = functions.get(overload.name)
    if (known) known.push(overload)
    else functions.set(overload.name, [overload])
  }
  return functions
}
