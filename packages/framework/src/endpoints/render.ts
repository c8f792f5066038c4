import type { KubeObject } from '../meta/object.ts'
import { StatusError, type Status } from '../meta/status.ts'
import type { List } from '../registry/rest.ts'
import type { StoredItem } from '../storage/stored-item.ts'
import { stringify, type JsonObject, type JsonValue } from '../util/json.ts'
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

const newline = Buffer.from('\n')
const plainJson = ({ negotiated, pretty }: Rendering): boolean =>
  negotiated.mediaType === 'application/json' && !negotiated.convert && !pretty

/** One object as bytes. Stored bytes are sent as they are where the version and the form are the stored ones. */
export function renderObject(scope: RequestScope, answer: KubeObject | StoredItem, rendering: Rendering): Buffer {
  if (plainJson(rendering) && scope.servesStoredBytes && 'bytes' in answer)
    return Buffer.concat([storedBytes(answer), newline])
  const object = scope.objectOf(answer)
  return encode(convertObject(scope, object, rendering), rendering)
}

/** The stored bytes with the resourceVersion put in its place. */
export const storedBytes = (item: StoredItem): Buffer => item.codec.splice(item)

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
    if (plainJson(rendering) && scope.servesStoredBytes) return listOfBytes(scope, list, metadata)
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

const comma = Buffer.from(',')

function listOfBytes(scope: RequestScope, list: List<KubeObject>, metadata: JsonObject): Buffer {
  const header = `{"apiVersion":${JSON.stringify(scope.kind.apiVersion)},"kind":${JSON.stringify(scope.kind.listKind)},"metadata":${stringify(metadata)},"items":[`
  const parts: Buffer[] = [Buffer.from(header)]
  list.items.forEach((item, i) => {
    if (i) parts.push(comma)
    if ('bytes' in item) parts.push(storedBytes(item))
    else parts.push(Buffer.from(stringify(scope.objectOf(item) as unknown as JsonValue)))
  })
  parts.push(Buffer.from(']}\n'))
  return Buffer.concat(parts)
}

export function encode(value: JsonValue, { negotiated, pretty }: Rendering): Buffer {
  return encodeObject(value, negotiated, pretty)
}

export const renderStatus = (status: Status, rendering: Rendering): Buffer =>
  encode(status as unknown as JsonValue, rendering)
