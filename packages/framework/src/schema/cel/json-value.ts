import { getOwn, isObject, setOwn, type JsonObject, type JsonValue } from '../../util/json.ts'
import { EvaluationError } from './cel-error.ts'
import { formatDuration, formatTimestamp } from './times.ts'
import { Duration, List, MapValue, Optional, Timestamp, typeName, Uint, type Value } from './value.ts'

/** What expressions see of JSON that no schema describes. Objects are looked into only where an expression does. */
export function valueOfJson(json: JsonValue): Value {
  if (typeof json === 'number') return Number.isInteger(json) ? integer(json) : json
  if (typeof json === 'bigint') return integer(json)
  if (Array.isArray(json)) return new List(json.map(valueOfJson))
  return isObject(json) ? new JsonMap(json, valueOfJson) : json
}

/** What does not fit 64 bits is a double. */
function integer(value: number | bigint): bigint | number {
  const whole = BigInt(value)
  return BigInt.asIntN(64, whole) === whole ? whole : Number(value)
}

/** The JSON that a value stands for. Throws an EvaluationError for what there is no JSON for. */
export function jsonOfValue(value: Value): JsonValue {
  switch (typeof value) {
    case 'bigint':
      return jsonInteger(value)
    case 'number':
      if (!Number.isFinite(value)) throw new EvaluationError(`${String(value)} is no JSON value`)
      return value
    case 'object':
      return value === null ? null : jsonOfObject(value)
    default:
      return value
  }
}

const jsonInteger = (value: bigint): number | bigint => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function jsonOfObject(value: Exclude<Value, null | boolean | bigint | number | string>): JsonValue {
  if (value instanceof List) return value.items.map(jsonOfValue)
  if (value instanceof MapValue) return jsonOfMap(value)
  if (value instanceof Uint) return jsonInteger(value.value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Timestamp) return formatTimestamp(value)
  if (value instanceof Duration) return formatDuration(value)
  if (value instanceof Optional && value.value !== undefined) return jsonOfValue(value.value)
  throw new EvaluationError(`no JSON value stands for a value of type ${typeName(value)}`)
}

function jsonOfMap(map: MapValue): JsonObject {
  const object: JsonObject = {}
  for (const key of map.keys()) {
    if (typeof key !== 'string') throw new EvaluationError(`map key of type ${typeName(key)} is no string`)
    setOwn(object, key, jsonOfValue(map.get(key) ?? null))
  }
  return object
}

/** A map of JSON. */
export class JsonMap extends MapValue {
  readonly #json: JsonObject
  readonly #convert: (value: JsonValue) => Value
  readonly #converted = new Map<string, Value>()

  constructor(json: JsonObject, convert: (value: JsonValue) => Value) {
    super()
    this.#json = json
    this.#convert = convert
  }

  get size(): number {
    return Object.keys(this.#json).length
  }

  get(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined
    let value = this.#converted.get(key)
    if (value !== undefined) return value
    const json = getOwn(this.#json, key)
    if (json === undefined) return undefined
    value = this.#convert(json)
    this.#converted.set(key, value)
    return value
  }

  keys(): Iterable<Value> {
    return Object.keys(this.#json)
  }
}
