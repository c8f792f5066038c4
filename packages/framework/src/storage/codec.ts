import { LRUCache } from 'lru-cache'
import type { KubeObject } from '../meta/object.ts'
import { objectText, type KnownFields } from '../meta/object-text.ts'
import { parseJson, setOwn } from '../util/json.ts'
import { listingOnce, settleKeys } from '../util/listed-keys.ts'
import { byUtf16, isSorted } from '../util/sorted.ts'
import { decodeUtf8, encodeTexts } from '../util/utf8.ts'
import { corrupt, isKubeObject, type ItemCodec, type SplicedBytes, type StoredItem } from './stored-item.ts'

/** Between which versions a JsonCodec translates. */
export interface JsonCodecOptions {
  /** The version in which bytes are written. */
  readonly apiVersion: string
  readonly kind: string
  /** From the hub to that version. Absent: it is the hub. Gets a shared object and may not change it. */
  readonly fromHub?: (object: KubeObject) => KubeObject
  /** From whatever version was stored to the hub, defaults included. May change the object given. */
  readonly toHub: (object: KubeObject) => KubeObject
}

/** Of objects as large as this more is kept than their bytes. */
export const largeBytes = 8192

/** What is known of bytes that were made a moment ago: of as many as may be written at the same time. The history of events holds bytes for much longer. */
const ofLatestBytes = <V extends object>(): LRUCache<Buffer, V> =>
  new LRUCache({ max: 128, maxSize: 8 * 1024 * 1024, sizeCalculation: (_, { length }) => length })

/** Canonical JSON: members sorted, but for apiVersion, kind and metadata, which stand first so that the place of the resourceVersion is known. */
export class JsonCodec implements ItemCodec {
  readonly #options: JsonCodecOptions
  readonly #prefix: string
  readonly #prefixBytes: Buffer
  /** managedFields of bytes that were made here: reading them anew would cost more than all the rest. */
  readonly #fields = ofLatestBytes<KnownFields>()
  /** What bytes were made of, where it is nobody else's: for the first who reads them, who does so at once, or nobody does. */
  readonly #made = ofLatestBytes<KubeObject>()

  constructor(options: JsonCodecOptions) {
    this.#options = options
    this.#prefix = `{"apiVersion":${JSON.stringify(options.apiVersion)},"kind":${JSON.stringify(options.kind)},"metadata":{`
    this.#prefixBytes = Buffer.from(this.#prefix)
  }

  encode(object: KubeObject, owned = false): Buffer {
    return listingOnce(() => this.#encode(object, owned))
  }

  #encode(object: KubeObject, owned: boolean): Buffer {
    const { fromHub } = this.#options
    const encoded = fromHub ? inOrder(fromHub(object)) : object
    const { metadata, managedFields, rest, same } = objectText(encoded)
    const texts = [this.#prefix, ...metadata, '}', rest && ',', rest, '}']
    const bytes = valueOf(texts)
    // What comes from a conversion is nobody else's, and asked for at once.
    const keeps = same && (fromHub ? true : owned && bytes.length >= largeBytes)
    if (keeps && !texts.some((text) => text.includes(halfCharacter))) {
      this.#made.set(bytes, this.#asRead(encoded))
      // Conversions may yet change theirs.
      if (!fromHub) settleKeys(encoded.metadata.annotations)
    } else if (managedFields && managedFields.end - managedFields.start >= largeBytes) {
      const { entries, start, end } = managedFields
      this.#fields.set(bytes, { entries, start: this.#prefix.length + start, end: this.#prefix.length + end })
    }
    return bytes
  }

  /** The object as its bytes will be read. */
  #asRead({ metadata, apiVersion: _, kind: __, ...rest }: KubeObject): KubeObject {
    const { managedFields, resourceVersion: ___, ...kept } = metadata
    const { apiVersion, kind } = this.#options
    const asKept = managedFields?.length ? inOrder({ managedFields, ...kept }) : kept
    return { apiVersion, kind, metadata: asKept, ...rest }
  }

  decode(item: StoredItem): KubeObject {
    let value: unknown
    try {
      value = this.#read(item.bytes)
      if (!isKubeObject(value)) throw new TypeError('not an object of Kubernetes')
      const object = this.#options.toHub(value)
      object.metadata.resourceVersion = item.resourceVersion
      return object
    } catch (error) {
      throw corrupt(item.key, error)
    }
  }

  #read(bytes: Buffer): unknown {
    const made = this.#made.get(bytes)
    if (made) {
      this.#made.delete(bytes)
      return made
    }
    const fields = this.#fields.get(bytes)
    if (!fields) return parseJson(bytes)
    const text = decodeUtf8(bytes)
    const value = parseJson(`${text.slice(0, fields.start)}[]${text.slice(fields.end)}`) as unknown as KubeObject
    value.metadata.managedFields = fields.entries.map((entry) => ({ ...entry }))
    return value
  }

  inHub(bytes: Buffer): boolean {
    return !this.#options.fromHub && this.#isKnown(bytes)
  }

  #isKnown(bytes: Buffer): boolean {
    const prefix = this.#prefixBytes
    // From its end, where versions and kinds differ. Cheaper than a call of Buffer.compare.
    for (let i = prefix.length - 1; i >= 0; i--) if (bytes[i] !== prefix[i]) return false
    return true
  }

  spliced(item: StoredItem): SplicedBytes {
    const { bytes, version } = this.#inPieces(item)
    const prefix = this.#prefixBytes
    return {
      length: bytes.length + version.length,
      write: (target, place) => {
        // All of the bytes, then what stands before them over their beginning: one large copy.
        target.set(bytes, place + version.length)
        target.set(prefix, place)
        const behind = place + prefix.length
        // Cheaper than a call of Buffer.write, for as few as these are
        for (let i = 0; i < version.length; i++) target[behind + i] = version.charCodeAt(i)
      },
    }
  }

  pieces(item: StoredItem): readonly Buffer[] {
    const { bytes, version } = this.#inPieces(item)
    return [Buffer.from(this.#prefix + version), bytes.subarray(this.#prefixBytes.length)]
  }

  /** The bytes, and what goes behind their prefix. */
  #inPieces(item: StoredItem): { readonly bytes: Buffer; readonly version: string } {
    // Bytes that another release wrote, or in another version of the kind, go by way of the object.
    const bytes = this.#isKnown(item.bytes) ? item.bytes : this.encode(item.object)
    const comma = bytes[this.#prefixBytes.length] === closingBrace ? '' : ','
    return { bytes, version: `"resourceVersion":"${item.resourceVersion}"${comma}` }
  }
}

function valueOf(texts: readonly string[]): Buffer {
  let length = 0
  for (const text of texts) length += text.length
  return length < largeBytes ? Buffer.from(texts.join('')) : encodeTexts(texts)
}

/** With its members as they will be read: conversions mostly make but a new spec, and put that last. */
function inOrder<T extends object>(object: T): T {
  if (isSorted(Object.keys(object), byUtf16)) return object
  const ordered = {}
  for (const key of Object.keys(object).sort()) setOwn(ordered, key, object[key as keyof T])
  return ordered as T
}

/** How half a pair of surrogates is written: it is read as U+FFFD. */
const halfCharacter = '\\ud'
const closingBrace = 0x7d
