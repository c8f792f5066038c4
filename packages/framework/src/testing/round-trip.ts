import type * as FastCheck from 'fast-check'
import { VersionConverter } from '../endpoints/versions.ts'
import type { FieldError } from '../meta/field-error.ts'
import type { KubeObject } from '../meta/object.ts'
import { storedCodec } from '../registry/stored-codec.ts'
import { StoredResource } from '../registry/stored-resource.ts'
import type { Resource } from '../registry/resource.ts'
import { systemContext } from '../request/system-context.ts'
import type { Kind } from '../schema/kind.ts'
import { compileKind } from '../schema/structural.ts'
import { StoredItem } from '../storage/stored-item.ts'
import { canonical, clone, deepEqual, isObject, type JsonObject, type JsonValue } from '../util/json.ts'
import { ArbitraryValues } from './arbitrary-value.ts'

/** What mocha, vitest and node:test have in common. */
export interface RoundTripRunner {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
}

/** How hard {@link roundTrip} tries. */
export interface RoundTripOptions {
  /** Texts that strings without a pattern or a format are often made of: values that conversions tell apart. */
  readonly words?: readonly string[]
  /** Valid objects tried for each pair of versions. Default 100. */
  readonly runs?: number
  /** fast-check's seed, to repeat what failed. */
  readonly seed?: number
}

/**
 * Declares the tests that no field of a resource is lost: for every pair of its versions, objects made after the schema of the one go over to the other and
 * back, by way of the hub; and for every version, into the store and out. Only valid objects are tried. Needs fast-check, as a development dependency.
 *
 * ```ts
 * roundTrip(new FlunderResource(), { describe, it }, { words: ['Flunder', 'Fischer'] })
 * ```
 */
export function roundTrip<T extends KubeObject>(
  resource: Resource<T>,
  { describe, it }: RoundTripRunner,
  options: RoundTripOptions = {},
): void {
  const trip = new RoundTrip(resource, options)
  describe(`${resource.storageVersion.kind}: round trips`, () => {
    for (const from of trip.versions) {
      for (const over of trip.versions)
        if (over !== from)
          it(`keeps every field of ${from.version} by way of ${over.version}`, () =>
            trip.check(from, (object) => trip.byWayOf(object, over)))
      if (resource instanceof StoredResource)
        it(`keeps every field of ${from.version} in the store`, () => trip.check(from, (object) => trip.stored(object)))
    }
  })
}

/** Of so many objects that are not valid one after the other, the schema is too narrow to meet by chance. */
const maxSkipsPerRun = 200

class RoundTrip {
  readonly versions: readonly Kind[]
  readonly #resource: Resource
  readonly #converter: VersionConverter
  readonly #options: RoundTripOptions

  constructor(resource: Resource, options: RoundTripOptions) {
    this.#resource = resource
    this.#options = options
    this.#converter = new VersionConverter(resource)
    this.versions = [resource.storageVersion, ...resource.servedVersions.map(({ kind }) => kind)]
  }

  /** Fails with the smallest object found that does not come back as it was. */
  async check(from: Kind, trip: (object: KubeObject) => KubeObject): Promise<void> {
    const fc: typeof FastCheck = await loadFastCheck()
    const { words, runs = 100, seed } = this.#options
    const compiled = compileKind(from)
    const members = new ArbitraryValues(fc, words).members(compiled.schema, ['apiVersion', 'kind', 'metadata'])
    const objects = fc.tuple(members, metadata(fc)).map(([own, meta]) => this.#repaired(from, own, meta))
    const property = fc.property(objects, (object) => {
      fc.pre(object !== undefined)
      const lost = firstLoss(json(object), json(trip(clone(object as never))), '')
      if (lost !== undefined) throw new Error(`${lost} of this ${from.kind} is lost: ${canonical(json(object))}`)
    })
    fc.assert(property, { numRuns: runs, maxSkipsPerRun, ...(seed === undefined ? {} : { seed }) })
  }

  byWayOf(object: KubeObject, over: Kind): KubeObject {
    const { apiVersion } = object
    const there = this.#converter.fromHub(this.#converter.toHub(object), over.apiVersion)
    return this.#converter.fromHub(this.#converter.toHub(clone(there as never)), apiVersion)
  }

  stored(object: KubeObject): KubeObject {
    const { apiVersion } = object
    const resource = this.#resource
    if (!(resource instanceof StoredResource)) return object
    const codec = storedCodec(resource as StoredResource<never>)
    const item = new StoredItem(codec, 'key', codec.encode(this.#converter.toHub(object)), 1)
    return this.#converter.fromHub(codec.decode(item), apiVersion)
  }

  /** An object with its defaults, less the members that make it invalid; undefined when nothing valid is left. */
  #repaired(kind: Kind, members: JsonObject, meta: KubeObject['metadata']): KubeObject | undefined {
    const { apiVersion } = kind
    const compiled = compileKind(kind)
    const object = { ...clone(members), apiVersion, kind: kind.kind, metadata: meta } as KubeObject & JsonObject
    for (let attempt = 0; attempt < 30; attempt++) {
      compiled.default(object)
      const [error] = compiled.validate(object).errors
      if (!error) return this.#pleasesAuthor(object) ? object : undefined
      if (!dropMember(object, error)) return undefined
    }
    return undefined
  }

  #pleasesAuthor(object: KubeObject): boolean {
    const resource = this.#resource
    if (!(resource instanceof StoredResource)) return true
    const ctx = systemContext({ namespace: 'default', signal: new AbortController().signal, verb: 'create' })
    const hub = this.#converter.toHub(clone(object as never))
    return (resource as StoredResource<never>).validate(hub as never, ctx).length === 0
  }
}

async function loadFastCheck(): Promise<typeof FastCheck> {
  try {
    return await import('fast-check')
  } catch (cause) {
    throw new Error('roundTrip needs fast-check: npm install --save-dev fast-check', { cause })
  }
}

const metadata = (fc: typeof FastCheck): FastCheck.Arbitrary<KubeObject['metadata']> => {
  const word = fc.stringMatching(/^[a-z]{1,6}$/)
  return fc.record(
    {
      name: word,
      namespace: fc.constant('default'),
      uid: fc.uuid(),
      generation: fc.integer({ min: 1, max: 1000 }),
      labels: fc.dictionary(word, word, { minKeys: 1, maxKeys: 2 }),
      annotations: fc.dictionary(word, fc.string({ maxLength: 8 }), { minKeys: 1, maxKeys: 2 }),
      finalizers: fc.array(
        word.map((name) => `example.com/${name}`),
        { minLength: 1, maxLength: 2 },
      ),
    },
    { requiredKeys: ['name', 'namespace'] },
  )
}

/** Takes away what an error is about, or the object in which something is missing. */
function dropMember(object: JsonObject, { path, type }: FieldError): boolean {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '')
  if (type === 'FieldValueRequired') steps.pop()
  while (steps.length) {
    const last = steps.pop() ?? ''
    const holder = steps.reduce<JsonValue | undefined>(
      (value, step) => (Array.isArray(value) ? value[Number(step)] : isObject(value) ? value[step] : undefined),
      object,
    )
    if (Array.isArray(holder)) {
      holder.splice(Number(last), 1)
      return true
    }
    if (isObject(holder) && Object.hasOwn(holder, last)) return Reflect.deleteProperty(holder, last)
  }
  return false
}

/** The path of the first member that is not in the second value as it is in the first. What came to it, defaults of another version, is no loss. */
function firstLoss(before: JsonValue, after: JsonValue | undefined, path: string): string | undefined {
  if (isObject(before) && isObject(after)) {
    for (const [key, value] of Object.entries(before)) {
      const lost = firstLoss(value, Object.hasOwn(after, key) ? after[key] : undefined, `${path}.${key}`)
      if (lost !== undefined) return lost
    }
    return undefined
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [i, value] of before.entries()) {
      const lost = firstLoss(value, after[i], `${path}[${String(i)}]`)
      if (lost !== undefined) return lost
    }
    return undefined
  }
  return after !== undefined && deepEqual(before, after) ? undefined : path
}

const json = (object: KubeObject | undefined): JsonObject => object as unknown as JsonObject
