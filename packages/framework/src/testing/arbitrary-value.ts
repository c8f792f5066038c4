import type * as FastCheck from 'fast-check'
import type { Bound, StructuralSchema } from '../schema/structural-schema.ts'
import { canonical, type JsonObject, type JsonValue } from '../util/json.ts'

type Arbitrary<T> = FastCheck.Arbitrary<T>

/** Makes values as a schema wants them; what rules and patterns of other schemas ask besides is left to chance. */
export class ArbitraryValues {
  readonly #fc: typeof FastCheck
  readonly #words: readonly string[]

  /** `words` are texts that strings are often made of. */
  constructor(fc: typeof FastCheck, words: readonly string[] = []) {
    this.#fc = fc
    this.#words = words
  }

  /** The members of an object, without those that `except` names. */
  members(schema: StructuralSchema, except: readonly string[] = []): Arbitrary<JsonObject> {
    const fc = this.#fc
    const names = [...schema.properties.keys()].filter((name) => !except.includes(name))
    const model = Object.fromEntries(
      names.flatMap((name) => {
        const property = schema.properties.get(name)
        return property ? [[name, this.value(property)]] : []
      }),
    )
    const requiredKeys = schema.required.filter((name) => Object.hasOwn(model, name))
    const declared = fc.record(model, { requiredKeys }) as Arbitrary<JsonObject>
    const { additionalProperties: additional } = schema
    if (!additional && !schema.preserveUnknownFields) return declared
    const others = fc.dictionary(this.#key(), additional ? this.value(additional) : this.#anything(), {
      minKeys: names.length ? 0 : (schema.minProperties ?? 0),
      maxKeys: Math.min(schema.maxProperties ?? 3, (schema.minProperties ?? 0) + 3),
    }) as Arbitrary<JsonObject>
    return fc.tuple(others, declared).map(([more, own]) => ({ ...more, ...own }))
  }

  value(schema: StructuralSchema): Arbitrary<JsonValue> {
    const fc = this.#fc
    const some = schema.enum?.length ? fc.constantFrom(...schema.enum) : this.#ofTypes(schema)
    return schema.nullable
      ? fc.oneof({ arbitrary: some, weight: 5 }, { arbitrary: fc.constant(null), weight: 1 })
      : some
  }

  #ofTypes(schema: StructuralSchema): Arbitrary<JsonValue> {
    const arbitraries = schema.types.map((type) => this.#ofType(type, schema))
    if (!arbitraries.length) return this.#anything()
    return arbitraries.length === 1 && arbitraries[0] ? arbitraries[0] : this.#fc.oneof(...arbitraries)
  }

  #ofType(type: string, schema: StructuralSchema): Arbitrary<JsonValue> {
    const fc = this.#fc
    switch (type) {
      case 'boolean':
        return fc.boolean()
      case 'integer':
        return this.#integer(schema)
      case 'number':
        return this.#number(schema)
      case 'string':
        return this.#string(schema)
      case 'array':
        return this.#list(schema)
      case 'object':
        return schema.embeddedResource ? this.#embedded(schema) : this.members(schema)
      default:
        return fc.constant(null)
    }
  }

  #integer({ minimum, maximum, multipleOf, format }: StructuralSchema): Arbitrary<number> {
    const limit = format === 'int32' ? 2 ** 31 - 1 : Number.MAX_SAFE_INTEGER
    const unit = multipleOf !== undefined && Number.isInteger(multipleOf) ? multipleOf : 1
    const min = Math.ceil((minimum ? lowest(minimum, 1) : -limit) / unit)
    const max = Math.floor((maximum ? highest(maximum, 1) : limit) / unit)
    return this.#fc.integer({ min, max }).map((value) => value * unit + 0)
  }

  #number({ minimum, maximum, multipleOf }: StructuralSchema): Arbitrary<number> {
    const fc = this.#fc
    const min = minimum?.value ?? -1e9
    const max = maximum?.value ?? 1e9
    if (multipleOf !== undefined)
      return fc
        .integer({ min: Math.ceil(min / multipleOf), max: Math.floor(max / multipleOf) })
        .map((n) => n * multipleOf + 0)
    return fc
      .double({
        ...{ min, max, noNaN: true },
        minExcluded: minimum?.exclusive ?? false,
        maxExcluded: maximum?.exclusive ?? false,
      })
      .map((value) => value + 0)
  }

  #string(schema: StructuralSchema): Arbitrary<string> {
    const { pattern, format, minLength = 0, maxLength } = schema
    const formatted = this.#formatted(format)
    if (formatted) return formatted
    if (pattern !== undefined) return this.#matching(pattern)
    const text = this.#fc.string({
      minLength,
      maxLength: Math.max(minLength, Math.min(maxLength ?? 12, minLength + 12)),
    })
    return this.#words.length ? this.#fc.oneof(text, this.#fc.constantFrom(...this.#words)) : text
  }

  /** A pattern that JavaScript does not know is left to chance. */
  #matching(pattern: string): Arbitrary<string> {
    try {
      return this.#fc.stringMatching(new RegExp(pattern), { maxLength: 40 })
    } catch {
      return this.#fc.string()
    }
  }

  #formatted(format: string): Arbitrary<string> | undefined {
    const fc = this.#fc
    const digits = fc.integer({ min: 1, max: 999 })
    switch (format.replaceAll('-', '')) {
      case 'datetime':
        return fc
          .integer({ min: 0, max: 4e9 })
          .map((seconds) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z'))
      case 'date':
        return fc.integer({ min: 0, max: 40_000 }).map((days) => new Date(days * 864e5).toISOString().slice(0, 10))
      case 'duration':
        return fc.tuple(digits, fc.constantFrom('h', 'm', 's', 'ms')).map(([n, unit]) => `${String(n)}${unit}`)
      case 'byte':
        return fc.base64String({ minLength: 4, maxLength: 16 })
      case 'email':
        return digits.map((n) => `user${String(n)}@example.com`)
      case 'hostname':
      case 'k8sshortname':
      case 'k8slongname':
        return digits.map((n) => `host-${String(n)}`)
      case 'uri':
        return digits.map((n) => `https://example.com/${String(n)}`)
      case 'ipv4':
        return fc.ipV4()
      case 'ipv6':
        return digits.map((n) => `fe80::${n.toString(16)}`)
      case 'cidr':
        return fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, bits]) => `${ip}/${String(bits)}`)
      case 'mac':
        return digits.map((n) => `02:00:00:00:00:${(n % 256).toString(16).padStart(2, '0')}`)
      case 'uuid':
        return fc.uuid()
      case 'hexcolor':
        return digits.map((n) => `#${String(n).padStart(3, '0')}`)
      default:
        return undefined
    }
  }

  #list(schema: StructuralSchema): Arbitrary<JsonValue[]> {
    const fc = this.#fc
    const { items, minItems = 0, maxItems, listType, listMapKeys, uniqueItems } = schema
    const item = items ? this.value(items) : this.#anything()
    const length = { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems ?? 4, minItems + 3)) }
    if (listType === 'map')
      return fc.uniqueArray(item, {
        ...length,
        selector: (value) => canonical(keysOf(value as JsonObject, listMapKeys)),
      })
    return listType === 'set' || uniqueItems
      ? fc.uniqueArray(item, { ...length, selector: canonical })
      : fc.array(item, length)
  }

  #embedded(schema: StructuralSchema): Arbitrary<JsonObject> {
    const names = ['apiVersion', 'kind', 'metadata']
    return this.#fc
      .tuple(this.members(schema, names), this.#key())
      .map(([members, name]) => ({ ...members, apiVersion: 'v1', kind: 'Any', metadata: { name } }))
  }

  #anything(): Arbitrary<JsonValue> {
    return this.#fc.oneof(
      this.#fc.string({ maxLength: 8 }),
      this.#fc.nat(),
      this.#fc.boolean(),
      this.#fc.constant<JsonValue>({ any: [1] }),
    )
  }

  #key(): Arbitrary<string> {
    return this.#fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/)
  }
}

const keysOf = (value: JsonObject, keys: readonly string[]): JsonValue[] =>
  keys.map((key) => (Object.hasOwn(value, key) ? (value[key] ?? null) : null))

const lowest = ({ value, exclusive }: Bound, step: number): number =>
  exclusive ? Math.floor(value) + step : Math.ceil(value)
const highest = ({ value, exclusive }: Bound, step: number): number =>
  exclusive ? Math.ceil(value) - step : Math.floor(value)
