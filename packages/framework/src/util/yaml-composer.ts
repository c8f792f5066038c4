import { EVENT_ID, getScalarValue, SCALAR_STYLE, type Event } from 'js-yaml'
import { isObject, maxDepth, setOwn, type JsonObject, type JsonValue } from './json.ts'
import { resolvePlainScalar, type YamlScalar } from './yaml-scalar.ts'

/** Values that aliases may bring in, all together: what a small text may not blow up to. */
const maxAliasedValues = 100_000
const maxDuplicates = 100
const tagPrefix = 'tag:yaml.org,2002:'

/** What is wrong with a YAML text; `message` is worded like Go's. */
export class YamlSyntaxError extends SyntaxError {
  override readonly name = 'YamlSyntaxError'
}

const fail = (message: string): never => {
  throw new YamlSyntaxError(`yaml: ${message}`)
}

/** Makes the JSON value of one document out of the parser's events. Source: yaml/v2 decode.go, sigs.k8s.io/yaml. */
export class YamlComposer {
  /** `line 6: key "color" already set in map`, in the order of the text. */
  readonly duplicates: string[] = []
  readonly #source: string
  readonly #events: readonly Event[]
  readonly #anchors = new Map<string, JsonValue | undefined>()
  #at = 0
  #aliased = 0

  constructor(source: string, events: readonly Event[]) {
    this.#source = source
    this.#events = events
  }

  compose(): JsonValue {
    const [document, first] = this.#events
    if (document?.type !== EVENT_ID.DOCUMENT || first === undefined || first.type === EVENT_ID.POP) return null
    this.#at = 1
    return this.#node(0)
  }

  #node(depth: number): JsonValue {
    if (depth > maxDepth) fail('exceeded max depth')
    const event = this.#events[this.#at++]
    switch (event?.type) {
      case EVENT_ID.SCALAR: {
        const value = this.#scalar(event)
        if (typeof value === 'number' && !Number.isFinite(value))
          return fail(`json: unsupported value: ${value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN'}`)
        this.#remember(event, value)
        return value
      }
      case EVENT_ID.ALIAS:
        return this.#alias(this.#source.slice(event.anchorStart, event.anchorEnd), depth)
      case EVENT_ID.SEQUENCE: {
        this.#remember(event, undefined)
        const items: JsonValue[] = []
        while (!this.#closes()) items.push(this.#node(depth + 1))
        this.#remember(event, items)
        return items
      }
      case EVENT_ID.MAPPING: {
        this.#remember(event, undefined)
        const object = this.#mapping(depth)
        this.#remember(event, object)
        return object
      }
      default:
        return fail('unexpected end of the document')
    }
  }

  #closes(): boolean {
    if (this.#events[this.#at]?.type !== EVENT_ID.POP) return false
    this.#at++
    return true
  }

  #remember(event: { anchorStart: number; anchorEnd: number }, value: JsonValue | undefined): void {
    if (event.anchorStart >= 0) this.#anchors.set(this.#source.slice(event.anchorStart, event.anchorEnd), value)
  }

  #alias(name: string, depth: number): JsonValue {
    if (!this.#anchors.has(name)) fail(`unknown anchor '${name}' referenced`)
    const value = this.#anchors.get(name)
    return value === undefined ? fail(`anchor '${name}' value contains itself`) : this.#copy(value, depth)
  }

  /** A copy of its own for every alias, as values are changed in place later on. */
  #copy(value: JsonValue, depth: number): JsonValue {
    if (++this.#aliased > maxAliasedValues) fail('document contains excessive aliasing')
    if (depth > maxDepth) fail('exceeded max depth')
    if (Array.isArray(value)) return value.map((item) => this.#copy(item, depth + 1))
    if (!isObject(value)) return value
    const copy: JsonObject = {}
    for (const key of Object.keys(value)) setOwn(copy, key, this.#copy(value[key] ?? null, depth + 1))
    return copy
  }

  #mapping(depth: number): JsonObject {
    const object: JsonObject = {}
    const seen = new Set<string>()
    while (!this.#closes()) {
      const keyEvent = this.#events[this.#at]
      if (this.#isMerge(keyEvent)) {
        this.#at++
        this.#merge(object, seen, this.#node(depth + 1))
        continue
      }
      const key = this.#key(depth)
      const line = this.#lineOf(this.#events[this.#at], keyEvent)
      const value = this.#node(depth + 1)
      const shown = typeof key === 'string' ? JSON.stringify(key) : String(key)
      if (!seen.has(shown)) seen.add(shown)
      else if (this.duplicates.length < maxDuplicates)
        this.duplicates.push(`line ${String(line)}: key ${shown} already set in map`)
      setOwn(object, String(key), value)
    }
    return object
  }

  /** Numbers and booleans may be keys; they become their text. */
  #key(depth: number): YamlScalar {
    const event = this.#events[this.#at]
    let key: JsonValue
    if (event?.type === EVENT_ID.SCALAR) {
      this.#at++
      key = this.#scalar(event)
      this.#remember(event, key)
    } else key = this.#node(depth + 1)
    if (key === null) return fail('unsupported map key of type: invalid')
    return typeof key === 'object' ? fail(`invalid map key: ${Array.isArray(key) ? 'a sequence' : 'a mapping'}`) : key
  }

  #isMerge(event: Event | undefined): boolean {
    if (event?.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.PLAIN) return false
    return event.tagStart < 0 && getScalarValue(this.#source, event) === '<<'
  }

  /** What is merged stands where `<<` stands: later keys win over it. Of several maps the first wins. */
  #merge(object: JsonObject, seen: Set<string>, value: JsonValue): void {
    for (const source of Array.isArray(value) ? value.toReversed() : [value]) {
      if (!isObject(source)) return fail('map merge requires map or sequence of maps as the value')
      for (const key of Object.keys(source)) {
        seen.add(JSON.stringify(key))
        setOwn(object, key, source[key])
      }
    }
  }

  #scalar(event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>): YamlScalar {
    const text = getScalarValue(this.#source, event)
    if (event.tagStart < 0) return event.style === SCALAR_STYLE.PLAIN ? resolvePlainScalar(text) : text
    return resolveTagged(tagName(this.#source.slice(event.tagStart, event.tagEnd)), text)
  }

  /** Counted from 1. An empty value has no place of its own. */
  #lineOf(event: Event | undefined, before: Event | undefined): number {
    const start = startOf(event) ?? startOf(before) ?? 0
    let line = 1
    for (let i = this.#source.indexOf('\n'); i >= 0 && i < start; i = this.#source.indexOf('\n', i + 1)) line++
    return line
  }
}

function startOf(event: Event | undefined): number | undefined {
  if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) return undefined
  const places = [event.anchorStart]
  if (event.type !== EVENT_ID.ALIAS) places.push(event.tagStart)
  if (event.type === EVENT_ID.SCALAR) places.push(event.valueStart)
  if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) places.push(event.start)
  const known = places.filter((place) => place >= 0)
  return known.length ? Math.min(...known) : undefined
}

/** `int` for `!!int`; empty for a tag that is nobody's here. */
function tagName(tag: string): string {
  if (tag.startsWith('!!')) return tag.slice(2)
  return tag.startsWith(`!<${tagPrefix}`) && tag.endsWith('>') ? tag.slice(2 + tagPrefix.length, -1) : ''
}

const tagsOfTypes: Readonly<Record<string, string>> = { number: 'int', bigint: 'int', boolean: 'bool', string: 'str' }

function resolveTagged(tag: string, text: string): YamlScalar {
  if (tag === 'binary') {
    if (!/^[A-Za-z\d+/\s]*={0,2}\s*$/.test(text)) fail('!!binary value contains invalid base64 data')
    return Buffer.from(text, 'base64').toString('utf8')
  }
  if (!['bool', 'int', 'float', 'null', 'timestamp'].includes(tag)) return text
  const value = resolvePlainScalar(text)
  const found = value === null ? 'null' : (tagsOfTypes[typeof value] ?? '')
  const isFloat = found === 'int' && (!Number.isInteger(Number(value)) || /^[^xX]*[.eE]/.test(text))
  if (tag === 'timestamp' && found === 'str') return text
  if (tag === (isFloat ? 'float' : found) || (tag === 'float' && found === 'int')) return value
  return fail(`cannot decode !!${isFloat ? 'float' : found} \`${text}\` as a !!${tag}`)
}
