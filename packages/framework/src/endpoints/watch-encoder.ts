import type { KubeObject } from '../meta/object.ts'
import type { WatchEvent } from '../storage/storage.ts'
import { stringify, type JsonValue } from '../util/json.ts'
import { encodeCbor } from './negotiation/cbor.ts'
import { frameProtobufEvent } from './negotiation/protobuf/index.ts'
import { tableOf } from './negotiation/table.ts'
import { convertObject, framedBytes, type Rendering } from './render.ts'
import type { RequestScope } from './scope.ts'
import { statusOf } from './write-error.ts'

const newline = '\n'
const end = Buffer.from('}\n')

/**
 * Turns the events of one stream into bytes. What depends only on the item, the version and the media type is encoded once for all streams, and kept
 * at the item. Source: endpoints/handlers/watch.go; framing in storage-and-watch §4.5.
 */
export class WatchEncoder {
  readonly #scope: RequestScope
  readonly #rendering: Rendering
  /** By type: what the item keeps its bytes under. */
  readonly #memos: Readonly<Record<'ADDED' | 'MODIFIED' | 'DELETED', string>>
  #first = true

  constructor(scope: RequestScope, rendering: Rendering) {
    this.#scope = scope
    this.#rendering = rendering
    const { negotiated, includeObject } = rendering
    const convert = negotiated.convert
      ? `${negotiated.convert.kind}/${negotiated.convert.version}/${includeObject}`
      : ''
    const memo = `${scope.kind.apiVersion} ${negotiated.mediaType} ${convert}`
    this.#memos = { ADDED: `ADDED ${memo}`, MODIFIED: `MODIFIED ${memo}`, DELETED: `DELETED ${memo}` }
  }

  encode(event: WatchEvent): Buffer {
    if (event.type === 'ERROR') return this.#frame('ERROR', statusOf(event.error) as unknown as JsonValue)
    if (event.type === 'BOOKMARK')
      return this.#frame('BOOKMARK', this.#bookmark(event.resourceVersion, event.initialEventsEnd))
    const isTable = this.#rendering.negotiated.convert?.kind === 'Table'
    // A Table's columns come with the first event only: that one is nobody else's.
    if (isTable && this.#first) return this.#encodeItem(event)
    const memo = this.#memos[event.type]
    const known = event.item.encoded.get(memo)
    if (known) return known
    const bytes = this.#encodeItem(event)
    event.item.encoded.set(memo, bytes)
    return bytes
  }

  #encodeItem(event: Extract<WatchEvent, { item: unknown }>): Buffer {
    const { negotiated } = this.#rendering
    const { item, type } = event
    if (negotiated.mediaType === 'application/json' && !negotiated.convert && this.#scope.servesStoredBytes)
      return framedBytes(Buffer.from(`{"type":"${type}","object":`), item, end)
    return this.#frame(type, this.#convert(this.#scope.objectOf(item)))
  }

  #convert(object: KubeObject): JsonValue {
    const { negotiated, includeObject } = this.#rendering
    if (negotiated.convert?.kind !== 'Table') return convertObject(this.#scope, object, this.#rendering)
    const withColumns = this.#first
    this.#first = false
    return tableOf({
      columns: this.#scope.columns,
      metadata: { resourceVersion: object.metadata.resourceVersion ?? '' },
      objects: [object],
      version: negotiated.convert.version,
      includeObject,
      withColumns,
    })
  }

  /** A bookmark has a version and nothing else, but for the members that the kind writes even when empty. */
  #bookmark(resourceVersion: string, initialEventsEnd: boolean): JsonValue {
    const { kind, compiled } = this.#scope
    const object: KubeObject = {
      kind: kind.kind,
      apiVersion: kind.apiVersion,
      metadata: {
        resourceVersion,
        ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
      },
    }
    if (kind.omitEmpty) compiled.default(object)
    const includeObject = this.#rendering.includeObject
    if (this.#rendering.negotiated.convert?.kind === 'Table' && initialEventsEnd && includeObject === 'None') {
      const rendering: Rendering = { ...this.#rendering, includeObject: 'Metadata' }
      return new WatchEncoder(this.#scope, rendering).#withFirst(this.#first, object)
    }
    return this.#convert(object)
  }

  #withFirst(first: boolean, object: KubeObject): JsonValue {
    this.#first = first
    return this.#convert(object)
  }

  #frame(type: string, object: JsonValue): Buffer {
    if (this.#rendering.negotiated.mediaType === 'application/vnd.kubernetes.protobuf')
      return frameProtobufEvent(type, object)
    if (this.#rendering.negotiated.mediaType === 'application/cbor') return encodeCbor({ type, object })
    return Buffer.from(`{"type":"${type}","object":${stringify(object)}}${newline}`)
  }
}
