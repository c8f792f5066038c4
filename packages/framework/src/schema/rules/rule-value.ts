import { EvaluationError } from '../cel/cel-error.ts'
import { JsonMap } from '../cel/json-value.ts'
import { utcMillis } from '../cel/times.ts'
import { List, MapValue, Timestamp, type Value } from '../cel/value.ts'
import { getOwn, isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
import { formattedDuration, formattedTime } from '../format-values.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { escapeName } from './escaping.ts'
import { isIntOrString, ruleType, schemaType, visibleProperties } from './rule-type.ts'
import { MapList, SetList } from './typed-lists.ts'

/** Makes of JSON what rules see. Objects and maps are looked into only where a rule does. */
export type Converter = (value: JsonValue) => Value

/** Source: apiserver pkg/cel/common/valuesunstructured.go. */
export function compileConverter(schema: StructuralSchema, root = schema.embeddedResource): Converter {
  const convert = isIntOrString(schema) ? intOrString : root ? objectConverter(schema, true) : byType(schema)
  return (value) => (value === null ? null : convert(value))
}

function byType(schema: StructuralSchema): Converter {
  const type = schemaType(schema)
  switch (type) {
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : invalid('boolean'))
    case 'integer':
      return (value) => integer(value) ?? invalid('integer')
    case 'number':
      return (value) => (typeof value === 'number' || typeof value === 'bigint' ? Number(value) : invalid('number'))
    case 'string':
      return textConverters.get(schema.format) ?? ((value) => (typeof value === 'string' ? value : invalid('string')))
    case 'array':
      return listConverter(schema)
    default:
      return schema.additionalProperties ? mapConverter(schema.additionalProperties) : objectConverter(schema, false)
  }
}

function invalid(type: string): never {
  throw new EvaluationError(`invalid data, expected ${type} value to match the schema`)
}

function integer(value: JsonValue): bigint | undefined {
  if (typeof value === 'bigint') return value
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined
}

const intOrString: Converter = (value) =>
  typeof value === 'string' ? value : (integer(value) ?? invalid('XIntOrString'))

const day = /^(\d{4})-(\d{2})-(\d{2})$/

const textConverters: ReadonlyMap<string, Converter> = new Map<string, Converter>([
  ['byte', (value) => (typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : invalid('byte'))],
  ['duration', (value) => (typeof value === 'string' ? formattedDuration(value) : invalid('duration'))],
  ['date-time', (value) => (typeof value === 'string' ? formattedTime(value) : invalid('date-time'))],
  [
    'date',
    (value) => {
      const [, year, month, date] = day.exec(typeof value === 'string' ? value : '') ?? []
      const millis = utcMillis(Number(year), Number(month), Number(date))
      return millis === undefined ? invalid('date') : new Timestamp(BigInt(millis) * 1_000_000n)
    },
  ],
])

function listConverter(schema: StructuralSchema): Converter {
  const { items, listType, listMapKeys } = schema
  const convert = items ? compileConverter(items) : undefined
  const keys = listMapKeys.map((key) => escapeName(key) ?? key)
  return (value) => {
    if (!Array.isArray(value) || !convert) return invalid('array')
    const converted = value.map(convert)
    if (listType === 'set') return new SetList(converted)
    return listType === 'map' ? new MapList(converted, keys) : new List(converted)
  }
}

function mapConverter(values: StructuralSchema): Converter {
  const convert = compileConverter(values)
  return (value) => (isObject(value) ? new JsonMap(value, convert) : invalid('object'))
}

function objectConverter(schema: StructuralSchema, root: boolean): Converter {
  const fields = new Map<string, Field>()
  for (const [name, property] of visibleProperties(schema, root)) {
    const escaped = escapeName(name)
    if (escaped !== undefined && ruleType(property)) fields.set(escaped, { name, convert: compileConverter(property) })
  }
  return (value) => (isObject(value) ? new JsonFields(value, fields) : invalid('object'))
}

interface Field {
  readonly name: string
  readonly convert: Converter
}

/** An object of JSON, of which rules see the fields that its schema declares. */
class JsonFields extends MapValue {
  readonly #json: JsonObject
  readonly #fields: ReadonlyMap<string, Field>
  readonly #converted = new Map<string, Value>()

  constructor(json: JsonObject, fields: ReadonlyMap<string, Field>) {
    super()
    this.#json = json
    this.#fields = fields
  }

  get size(): number {
    return [...this.keys()].length
  }

  get(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined
    let value = this.#converted.get(key)
    if (value !== undefined) return value
    const field = this.#fields.get(key)
    const json = field && getOwn(this.#json, field.name)
    if (json === undefined) return undefined
    value = field?.convert(json) ?? null
    this.#converted.set(key, value)
    return value
  }

  *keys(): Iterable<Value> {
    for (const [escaped, { name }] of this.#fields) if (Object.hasOwn(this.#json, name)) yield escaped
  }
}
