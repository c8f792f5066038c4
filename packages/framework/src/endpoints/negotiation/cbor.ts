import { decode, encode, Token, Type, type DecodeOptions, type EncodeOptions } from 'cborg'
import { normalizeTime } from '../../meta/go-time.ts'
import { StatusError } from '../../meta/status.ts'
import { maxDepth, setOwn, type JsonObject, type JsonValue } from '../../util/json.ts'

/** CBOR as Kubernetes speaks it behind the alpha gate CBORServingAndStorage. Source: apimachinery runtime/serializer/cbor. */

/** Tag 55799, "this is CBOR", stands before every body. */
const prefix = Buffer.from('d9d9f7', 'hex')

const encoding: EncodeOptions = {
  ignoreUndefinedProperties: true,
  // Text is carried as byte strings.
  typeEncoders: { string: (text: string) => new Token(Type.bytes, Buffer.from(text)) },
}

const strict: DecodeOptions = {
  strict: true,
  allowUndefined: false,
  allowNaN: false,
  allowInfinity: false,
  rejectDuplicateMapKeys: true,
  // Keys are byte strings too, which only a Map can hold.
  useMaps: true,
  tags: new Proxy({}, { get: (_, tag) => (content: () => unknown) => tagged(Number(tag), content()) }),
}

const encodings: ReadonlyMap<number, BufferEncoding> = new Map([
  [21, 'base64url'],
  [22, 'base64'],
  [23, 'hex'],
])

/** What a tag says of its content; those that say nothing here are passed over. */
function tagged(tag: number, content: unknown): unknown {
  if (tag === 2 || tag === 3) throw new Error('bignum tags are not accepted')
  if (tag === 0) return timeOf(content)
  if (tag === 1) return secondsOf(content)
  const encoding = encodings.get(tag)
  return encoding && content instanceof Uint8Array ? Buffer.from(content).toString(encoding) : content
}

function timeOf(content: unknown): unknown {
  const text = content instanceof Uint8Array ? Buffer.from(content).toString('utf8') : content
  if (typeof text !== 'string') throw new Error('tag 0 is for texts')
  normalizeTime(text)
  return text
}

function secondsOf(content: unknown): string {
  const date = new Date(Number(content) * 1000)
  if ((typeof content !== 'number' && typeof content !== 'bigint') || Number.isNaN(date.getTime()))
    throw new Error('tag 1 is for the seconds of a time')
  return date.toISOString().replace(/\.?0*Z$/, 'Z')
}

/** A value as a CBOR body: self-described, with sorted keys. */
export function encodeCbor(value: JsonValue): Buffer {
  return Buffer.concat([prefix, encode(value, encoding)])
}

/**
 * The value of a CBOR body. Throws 400 for what is malformed, deeper than JSON may be, or no JSON: other tags,
 * undefined, numbers without a value, keys given twice.
 * @public
 */
export function decodeCbor(bytes: Buffer): JsonValue {
  try {
    return jsonOf(decode(bytes, strict), 0)
  } catch (error) {
    if (error instanceof StatusError) throw error
    // Nesting without end ends the stack.
    const text =
      error instanceof RangeError ? 'exceeded max depth' : error instanceof Error ? error.message : String(error)
    throw StatusError.badRequest(`cbor: ${text}`, { cause: error })
  }
}

function jsonOf(value: unknown, depth: number): JsonValue {
  if (depth > maxDepth) throw StatusError.badRequest('cbor: exceeded max depth')
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  if (Array.isArray(value)) return value.map((item) => jsonOf(item, depth + 1))
  if (value instanceof Map) {
    const object: JsonObject = {}
    for (const [key, member] of value as Map<unknown, unknown>) {
      const name = key instanceof Uint8Array ? Buffer.from(key).toString('utf8') : key
      if (typeof name !== 'string') throw StatusError.badRequest('cbor: the key of a map is no string')
      if (Object.hasOwn(object, name)) throw StatusError.badRequest(`cbor: found repeat map key "${name}"`)
      setOwn(object, name, jsonOf(member, depth + 1))
    }
    return object
  }
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) !== value)
    throw StatusError.badRequest('cbor: an integer is beyond 64 bits')
  return value as JsonValue
}
