import * as fc from 'fast-check'
import { encodeCbor } from '../../packages/framework/src/endpoints/negotiation/cbor.ts'
import { compileKind } from '../../packages/framework/src/schema/structural.ts'
import type { Kind } from '../../packages/framework/src/schema/kind.ts'
import { ArbitraryValues } from '../../packages/framework/src/testing/arbitrary-value.ts'
import { isObject, setOwn, stringify, type JsonObject, type JsonValue } from '../../packages/framework/src/util/json.ts'
import { stringifyYaml } from '../../packages/framework/src/util/yaml.ts'

/** Bodies, patches and queries as nobody means them, and as somebody nearly does. */

/** Member names that mean something, to somebody. */
const names = fc.constantFrom(
  ...['apiVersion', 'kind', 'metadata', 'name', 'namespace', 'generateName', 'labels', 'annotations', 'finalizers'],
  ...[
    'ownerReferences',
    'managedFields',
    'generation',
    'uid',
    'resourceVersion',
    'creationTimestamp',
    'spec',
    'status',
  ],
  ...['replicas', 'mode', 'title', 'args', 'ports', 'policy', 'reference', 'referenceType', 'flunderReference'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', 'a/b', '~0', '\u0000', '<<'],
  ...['$patch', '$retainKeys', '$setElementOrder/finalizers', '$deleteFromPrimitiveList/finalizers', '.', 'f:spec'],
)
const scalars: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(null, true, 0, -1, 1e308, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), -0, 1.5),
  fc.constantFrom<JsonValue>('', 'x', 'Widget', 'target', 'default', '\ufffd', '../..', 'replace', 'delete', 'merge'),
  fc.constantFrom<JsonValue>('1', 'Foreground', 'All', '2024-01-01T00:00:00Z', 'example.com/f', 'Flunder'),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ maxLength: 8 }),
)
const { value: json } = fc.letrec<{ value: JsonValue; list: JsonValue[]; object: JsonObject }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalars, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.array(fc.tuple(names, tie('value')), { maxLength: 5 }).map(objectOf),
}))

function objectOf(members: readonly (readonly [string, JsonValue])[]): JsonObject {
  const object: JsonObject = {}
  for (const [name, value] of members) setOwn(object, name, value)
  return object
}

/** A valid value with one member, somewhere, replaced. */
const spoiled = (value: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> =>
  fc.tuple(value, fc.nat(), json).map(([good, place, bad]) => spoil(good, place, bad))

function spoil(value: JsonValue, place: number, bad: JsonValue): JsonValue {
  if (Array.isArray(value) && value.length) {
    const at = place % value.length
    return value.map((item, i) => (i === at ? spoil(item, Math.floor(place / value.length), bad) : item))
  }
  if (!isObject(value) || !Object.keys(value).length) return bad
  const keys = Object.keys(value)
  const key = keys[place % keys.length] ?? ''
  const copy = { ...value }
  setOwn(copy, key, place % 7 ? spoil(copy[key] ?? null, Math.floor(place / keys.length), bad) : bad)
  return copy
}

/** Objects of a kind: anything, nearly right in their metadata and spec, and valid but for one place. */
export function objectsOf(kind: Kind, name = 'target'): fc.Arbitrary<JsonValue> {
  const { apiVersion } = kind
  const made = new ArbitraryValues(fc, ['Flunder', 'Fischer', 'x']).members(compileKind(kind).schema)
  const whole = (members: JsonObject, metadata: JsonObject): JsonObject => ({
    ...members,
    apiVersion,
    kind: kind.kind,
    metadata: { name, ...metadata },
  })
  const nearly = fc.tuple(json, json).map(([spec, labels]) => whole({ spec }, { labels }))
  const metadata = fc.dictionary(names, json, { maxKeys: 3 }).map((more) => whole({ spec: {} }, more as JsonObject))
  // Few, as they are long
  const long = fc.oneof(
    made.map((members) => whole(members, {})),
    spoiled(made.map((members) => whole(members, {}))),
  )
  return fc.oneof(
    { arbitrary: json, weight: 10 },
    { arbitrary: nearly, weight: 12 },
    { arbitrary: metadata, weight: 8 },
    long,
  )
}

const cut = (text: string, at: number, junk: string): string => {
  const place = at % (text.length + 1)
  return text.slice(0, place) + junk + text.slice(place + (at % 3))
}

export type Body = string | Buffer

const mostlyWhole = (texts: fc.Arbitrary<string>): fc.Arbitrary<Body> =>
  fc.oneof(
    { arbitrary: texts, weight: 4 },
    { arbitrary: fc.tuple(texts, fc.nat(), fc.string({ maxLength: 3 })).map((parts) => cut(...parts)), weight: 1 },
  )

export const asJson = (values: fc.Arbitrary<JsonValue>): fc.Arbitrary<Body> =>
  mostlyWhole(values.map((v) => stringify(v)))

/** Besides whole documents: anchors, tags, merges and everything else that punctuation can mean. */
export const asYaml = (values: fc.Arbitrary<JsonValue>): fc.Arbitrary<Body> =>
  fc
    .tuple(
      mostlyWhole(values.map((v) => stringifyYaml(v))),
      fc.nat(),
      fc.constantFrom('', '&a ', '*a', '!!int ', '<<: ', '- ', '? ', '|\n', '---\n', '{', "'"),
    )
    .map(([text, at, mark]) => (mark === '' ? text : cut(String(text), at, mark)))

export const asCbor = (values: fc.Arbitrary<JsonValue>): fc.Arbitrary<Body> =>
  fc.oneof(
    { arbitrary: values.map(encodeCbor), weight: 3 },
    {
      arbitrary: fc.tuple(values.map(encodeCbor), fc.nat(), fc.nat(255)).map(([bytes, at, byte]) => {
        bytes[at % bytes.length] = byte
        return bytes
      }),
      weight: 2,
    },
    { arbitrary: fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes)), weight: 1 },
  )

const pointers = fc
  .array(names, { maxLength: 4 })
  .map((parts) => parts.map((p) => `/${p.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''))
const operations = fc.record(
  {
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'frobnicate'),
    path: pointers,
    from: pointers,
    value: json,
  },
  { requiredKeys: ['op'] },
)
export const jsonPatches: fc.Arbitrary<JsonValue> = fc.oneof(
  { arbitrary: fc.array(operations, { maxLength: 5 }), weight: 4 },
  json,
)
/** Merge patches, strategic ones too. */
export const mergePatches: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.record({ spec: json, status: json, metadata: json }, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>,
  fc
    .record({ finalizers: json, ownerReferences: fc.array(json, { maxLength: 3 }), labels: json }, { requiredKeys: [] })
    .map((metadata): JsonValue => ({ metadata })),
  json,
)
export const deleteOptions: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.record(
    {
      kind: fc.constantFrom<JsonValue>('DeleteOptions', 'Foo', 1),
      apiVersion: fc.constantFrom<JsonValue>('v1', 'meta.k8s.io/v1', 'a/b/c', null),
      gracePeriodSeconds: scalars,
      orphanDependents: scalars,
      propagationPolicy: fc.oneof(fc.constantFrom<JsonValue>('Foreground', 'Background', 'Orphan'), scalars),
      preconditions: fc.oneof(json, fc.record({ uid: scalars, resourceVersion: scalars }, { requiredKeys: [] })),
      dryRun: fc.oneof(fc.array(scalars, { maxLength: 2 }), json),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<JsonObject>,
  json,
)

const selectors = fc
  .array(
    fc.constantFrom(
      'a',
      'b.c/d',
      '=',
      '==',
      '!=',
      '!',
      ' in ',
      ' notin ',
      '(',
      ')',
      ',',
      '>',
      '<',
      '1',
      '-',
      '\\',
      'é',
      'metadata.name',
      'spec.size',
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))
const oddText = fc.oneof(selectors, fc.string({ maxLength: 12 }), scalars.map(String))
const parameters = fc.constantFrom(
  ...[
    'labelSelector',
    'fieldSelector',
    'limit',
    'continue',
    'resourceVersion',
    'resourceVersionMatch',
    'timeoutSeconds',
  ],
  ...[
    'sendInitialEvents',
    'allowWatchBookmarks',
    'includeObject',
    'pretty',
    'dryRun',
    'fieldManager',
    'fieldValidation',
  ],
  ...[
    'force',
    'gracePeriodSeconds',
    'propagationPolicy',
    'orphanDependents',
    'uid',
    'export',
    'exact',
    '__proto__',
    '',
  ],
)
/** A version that is still to come is waited for, and then a 504. */
const isToCome = (name: string, value: string): boolean => name === 'resourceVersion' && /^\d+$/.test(value.trim())

/** What stands behind a question mark; nothing that makes a list a watch. */
export const queries = fc
  .array(
    fc.tuple(parameters, oddText, fc.boolean()).filter(([name, value]) => !isToCome(name, value)),
    { maxLength: 4 },
  )
  .map((all) =>
    all.map(([name, value, whole]) => `${name}=${whole ? encodeURIComponent(value) : rawQuery(value)}`).join('&'),
  )

/** As somebody writes it who escapes nothing; what no request line can hold is left out. */
const rawQuery = (text: string): string => text.replace(/[^\x21-\x7e]|#/g, '')

const mediaRanges = fc.constantFrom(
  'application/json',
  'application/yaml',
  'application/cbor',
  'application/vnd.kubernetes.protobuf',
  '*/*',
  'application/*',
  'text/html',
  '*',
  '',
)
const settings = fc.constantFrom(
  'as=Table',
  'as=PartialObjectMetadata',
  'as=PartialObjectMetadataList',
  'v=v1',
  'v=v1beta1',
  'g=meta.k8s.io',
  'q=0.5',
  'q=x',
  'stream=watch',
  'sv=v1',
  'pretty=1',
  '=',
  'a',
  '',
)
export const accepts = fc
  .array(fc.tuple(mediaRanges, fc.array(settings, { maxLength: 4 })), { maxLength: 3 })
  .map((clauses) => clauses.map(([range, all]) => [range, ...all].join(';')).join(','))
