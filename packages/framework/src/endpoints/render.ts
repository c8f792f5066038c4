import type { KubeObject } from '../meta/object.ts'
import { StatusError, type Status } from '../meta/status.ts'
import type { List } from '../registry/rest.ts'
import { largeBytes } from '../storage/codec.ts'
import type { SplicedBytes, StoredItem } from '../storage/stored-item.ts'
import { objectText } from '../meta/object-text.ts'
import { stringify, type JsonObject, type JsonValue } from '../util/json.ts'
import { encodeTexts } from '../util/utf8.ts'
import type { Negotiated } from './negotiation/accept.ts'
import { encodeObject } from './negotiation/encode.ts'
import { partialObject, partialObjectList, tableOf, type IncludeObject } from './negotiation/table.ts'
import type { RequestScope } from './scope.ts'

/** How one request wants its answer. */
export interface Rendering {
  readonly negotiated: Negotiated
  readonly pretty: boolean
  readonly includeObject: IncludeObject
}

const nothing = Buffer.alloc(0)
const newline = Buffer.from('\n')
const plainJson = ({ negotiated, pretty }: Rendering): boolean =>
  negotiated.mediaType === 'application/json' && !negotiated.convert && !pretty && !negotiated.pretty

/** One object as bytes. Stored bytes are sent as they are where the version and the form are the stored ones. */
export function renderObject(
  scope: RequestScope,
  answer: KubeObject | StoredItem,
  rendering: Rendering,
): Buffer | readonly Buffer[] {
  if (plainJson(rendering) && scope.servesStoredBytes && 'bytes' in answer)
    return answer.bytes.length < largeBytes
      ? framedBytes(nothing, answer, newline)
      : [...answer.codec.pieces(answer), newline]
  if (plainJson(rendering) && 'bytes' in answer) return versionLine(scope, answer)
  const object = scope.objectOf(answer)
  return encode(convertObject(scope, object, rendering), rendering)
}

/** The stored bytes with the resourceVersion put in its place, between others: copied once. */
export function framedBytes(before: Buffer, item: StoredItem, after: Buffer): Buffer {
  const spliced = item.codec.spliced(item)
  const whole = Buffer.allocUnsafe(before.length + spliced.length + after.length)
  whole.set(before)
  spliced.write(whole, before.length)
  whole.set(after, before.length + spliced.length)
  return whole
}

/** In the version asked for, and a line break; made once as long as the store keeps the item. */
function versionLine(scope: RequestScope, item: StoredItem): Buffer {
  // A subresource's kind has bytes of its own.
  const memo = `${scope.kind.apiVersion} ${scope.kind.kind}`
  let bytes = item.encoded.get(memo)
  if (!bytes) item.encoded.set(memo, (bytes = lineOf(scope.objectOf(item))))
  return bytes
}

function lineOf(object: KubeObject): Buffer {
  const { metadata, rest } = objectText(object)
  const version = object.metadata.resourceVersion
  return encodeTexts([
    `{"apiVersion":${JSON.stringify(object.apiVersion)},"kind":${JSON.stringify(object.kind)},"metadata":{`,
    version ? `"resourceVersion":${JSON.stringify(version)}${metadata.length ? ',' : ''}` : '',
    ...metadata,
    rest ? '},' : '}',
    rest,
    '}\n',
  ])
}

/** An object as Table, PartialObjectMetadata or itself. */
export function convertObject(
  scope: RequestScope,
  object: KubeObject,
  { negotiated, includeObject }: Rendering,
): JsonValue {
  const { convert } = negotiated
  if (!convert) return object as unknown as JsonValue
  switch (convert.kind) {
    case 'Table':
      return tableOf({
        columns: scope.columns,
        metadata: { resourceVersion: object.metadata.resourceVersion ?? '' },
        objects: [object],
        version: convert.version,
        includeObject,
        withColumns: true,
      })
    case 'PartialObjectMetadata':
      return partialObject(object, convert.version)
    case 'PartialObjectMetadataList':
      throw StatusError.notAcceptable(
        `you requested PartialObjectMetadataList, but the requested object is not a list (*${goType(scope, '')})`,
      )
  }
}

/** The type that Go prints for the kind: its own word for it, as ours have none. */
export const goType = (scope: RequestScope, suffix: string): string =>
  `${scope.kind.version}.${scope.kind.kind}${suffix}`

/** A list as bytes: the header, the items' own bytes, the trailer. */
export function renderList(scope: RequestScope, list: List<KubeObject>, rendering: Rendering): Buffer {
  const { negotiated, includeObject } = rendering
  const metadata = listMetadata(list)
  if (!negotiated.convert) {
    if (plainJson(rendering)) return listOfBytes(scope, list, metadata)
    const items = list.items.map((i) => scope.objectOf(i)) as unknown as JsonValue[]
    return encode({ apiVersion: scope.kind.apiVersion, items, kind: scope.kind.listKind, metadata }, rendering)
  }
  const objects = list.items.map((i) => scope.objectOf(i))
  const { kind, version } = negotiated.convert
  switch (kind) {
    case 'Table':
      return encode(
        tableOf({ columns: scope.columns, metadata, objects, version, includeObject, withColumns: true }),
        rendering,
      )
    case 'PartialObjectMetadataList':
      return encode(partialObjectList(objects, metadata, version), rendering)
    case 'PartialObjectMetadata':
      throw StatusError.notAcceptable(
        `you requested PartialObjectMetadata, but the requested object is a list (*${goType(scope, 'List')})`,
      )
  }
}

function listMetadata({ metadata }: List<KubeObject>): JsonObject {
  return {
    ...(metadata.resourceVersion ? { resourceVersion: metadata.resourceVersion } : {}),
    ...(metadata.continue ? { continue: metadata.continue } : {}),
    ...(metadata.remainingItemCount === undefined ? {} : { remainingItemCount: metadata.remainingItemCount }),
  }
}

const comma = 0x2c

function listOfBytes(scope: RequestScope, list: List<KubeObject>, metadata: JsonObject): Buffer {
  const header = `{"apiVersion":${JSON.stringify(scope.kind.apiVersion)},"kind":${JSON.stringify(scope.kind.listKind)},"metadata":${stringify(metadata)},"items":[`
  const parts = [wholeBytes(Buffer.from(header))]
  let length = 0
  for (const item of list.items) parts.push(itemBytes(scope, item))
  parts.push(wholeBytes(Buffer.from(']}\n')))
  for (const part of parts) length += part.length
  const whole = Buffer.allocUnsafe(length + Math.max(0, list.items.length - 1))
  let place = 0
  parts.forEach((part, i) => {
    if (i > 1 && i < parts.length - 1) whole[place++] = comma
    part.write(whole, place)
    place += part.length
  })
  return whole
}

function itemBytes(scope: RequestScope, item: KubeObject | StoredItem): SplicedBytes {
  if (!('bytes' in item)) return wholeBytes(Buffer.from(stringify(scope.objectOf(item) as unknown as JsonValue)))
  return scope.servesStoredBytes ? item.codec.spliced(item) : wholeBytes(versionLine(scope, item).subarray(0, -1))
}

const wholeBytes = (bytes: Buffer): SplicedBytes => ({
  length: bytes.length,
  write: (target, place) => {
    target.set(bytes, place)
  },
})

export function encode(value: JsonValue, { negotiated, pretty }: Rendering): Buffer {
  return encodeObject(value, negotiated, pretty)
}

export const renderStatus = (status: Status, rendering: Rendering): Buffer =>
  encode(status as unknown as JsonValue, rendering)
