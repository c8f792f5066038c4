import type { KubeObject } from '../meta/object.ts'
import { canonical, parseJson, type JsonObject } from '../util/json.ts'
import { corrupt, isKubeObject, type ItemCodec, type SplicedBytes, type StoredItem } from './stored-item.ts'

export interface JsonCodecOptions {
  /** The version in which bytes are written. */
  readonly apiVersion: string
  readonly kind: string
  /** From the hub to that version. Absent: it is the hub. Gets a shared object and may not change it. */
  readonly fromHub?: (object: KubeObject) => KubeObject
  /** From whatever version was stored to the hub, defaults included. May change the object given. */
  readonly toHub: (object: KubeObject) => KubeObject
}

/** Canonical JSON: members sorted, but for apiVersion, kind and metadata, which stand first so that the place of the resourceVersion is known. */
export class JsonCodec implements ItemCodec {
  readonly #options: JsonCodecOptions
  readonly #prefix: string
  readonly #prefixBytes: Buffer

  constructor(options: JsonCodecOptions) {
    this.#options = options
    this.#prefix = `{"apiVersion":${JSON.stringify(options.apiVersion)},"kind":${JSON.stringify(options.kind)},"metadata":{`
    this.#prefixBytes = Buffer.from(this.#prefix)
  }

  encode(object: KubeObject): Buffer {
    const { fromHub } = this.#options
    const encoded = (fromHub ? fromHub(object) : object) as KubeObject & JsonObject
    const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = encoded
    const { resourceVersion: _resourceVersion, ...kept } = metadata
    const members = canonical(rest)
    const tail = members === '{}' ? '}' : `,${members.slice(1)}`
    return Buffer.from(this.#prefix + canonical(kept as unknown as JsonObject).slice(1) + tail)
  }

  decode(item: StoredItem): KubeObject {
    let value: unknown
    try {
      value = parseJson(item.bytes)
      if (!isKubeObject(value)) throw new TypeError('not an object of Kubernetes')
      const object = this.#options.toHub(value)
      object.metadata.resourceVersion = item.resourceVersion
      return object
    } catch (error) {
      throw corrupt(item.key, error)
    }
  }

  splice(item: StoredItem): Buffer {
    const spliced = this.spliced(item)
    const whole = Buffer.allocUnsafe(spliced.length)
    spliced.write(whole, 0)
    return whole
  }

  spliced(item: StoredItem): SplicedBytes {
    const prefix = this.#prefixBytes
    const at = prefix.length
    // Bytes that another release wrote, or in another version of the kind, go by way of the object.
    const known = prefix.compare(item.bytes, 0, at) === 0
    const bytes = known ? item.bytes : this.encode(item.object)
    const version = `"resourceVersion":"${item.resourceVersion}"${bytes[at] === closingBrace ? '' : ','}`
    return {
      length: bytes.length + version.length,
      write: (target, place) => {
        // All of the bytes, then what stands before them over their beginning: one large copy.
        target.set(bytes, place + version.length)
        target.set(prefix, place)
        target.write(version, place + at, 'latin1')
      },
    }
  }
}

const closingBrace = 0x7d
