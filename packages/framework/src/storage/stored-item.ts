import { isObject, type JsonObject } from '../util/json.ts'
import type { KubeObject } from '../meta/object.ts'
import { StorageError } from './storage-error.ts'

/**
 * An object as it is stored: canonical JSON bytes without its resourceVersion, beside the revision of its last write.
 * Parsed only when somebody asks. One item is shared by all readers: nobody may change `object`.
 */
export class StoredItem {
  readonly key: string
  /** Canonical bytes; they begin with the codec's prefix `{"apiVersion":…,"kind":…,"metadata":{`, after which the resourceVersion goes. */
  readonly bytes: Buffer
  /** The revision that is this item's resourceVersion. */
  readonly revision: number
  readonly codec: ItemCodec
  /** It does not stand at its key any more: nobody may take it for what does. */
  readonly isPast: boolean
  #encoded: Map<string, Buffer> | undefined
  #object: KubeObject | undefined
  #inStoredForm: boolean | undefined

  constructor(codec: ItemCodec, key: string, bytes: Buffer, revision: number, isPast = false) {
    this.codec = codec
    this.key = key
    this.bytes = bytes
    this.revision = revision
    this.isPast = isPast
  }

  get resourceVersion(): string {
    return String(this.revision)
  }

  /** What was already encoded, by version and media type; a DELETED copy has a memo of its own. Most items of a list never need one. */
  get encoded(): Map<string, Buffer> {
    return (this.#encoded ??= new Map())
  }

  /** The object in the hub version, resourceVersion set. Shared: clone before changing. Throws StorageError `Corrupt`. */
  get object(): KubeObject {
    return (this.#object ??= this.codec.decode(this))
  }

  /** The bytes are those that the codec writes today of the object. Worked out once. */
  get isInStoredForm(): boolean {
    return (this.#inStoredForm ??= this.codec.encode(this.object).equals(this.bytes))
  }

  /** The same state under another revision: what a DELETED event carries. */
  at(revision: number): StoredItem {
    return new StoredItem(this.codec, this.key, this.bytes, revision, true)
  }
}

/** How objects of one resource become bytes and back. */
export interface ItemCodec {
  /** Canonical bytes of the object (given in the hub version) without resourceVersion. One that is `owned` may be kept, to be decoded's answer. */
  encode(object: KubeObject, owned?: boolean): Buffer
  /** The object in the hub version, with its resourceVersion and defaults. Throws StorageError `Corrupt`. */
  decode(item: StoredItem): KubeObject
  /** The bytes are in the hub version, in which the object is read: they say what it says, but for defaults. */
  inHub(bytes: Buffer): boolean
  /** The item's bytes with its resourceVersion in place: the object in the version it is stored in. */
  spliced(item: StoredItem): SplicedBytes
  /** The same, in pieces that share the item's memory. */
  pieces(item: StoredItem): readonly Buffer[]
}

/** Bytes that are yet to be written. */
export interface SplicedBytes {
  readonly length: number
  /** Writes all of them at a place of a buffer. */
  write(target: Buffer, place: number): void
}

export const corrupt = (key: string, cause: unknown): StorageError =>
  new StorageError(
    'Corrupt',
    `unable to decode the object at ${key}: ${cause instanceof Error ? cause.message : 'not an object'}`,
    {
      key,
      cause,
    },
  )

export const isKubeObject = (value: unknown): value is JsonObject & KubeObject =>
  isObject(value) && isObject(value.metadata) && typeof value.kind === 'string' && typeof value.apiVersion === 'string'
