import { StatusError } from '../../../meta/status.ts'

/** Protobuf's wire types. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const

/** What the decoders that Go generates say of bad bytes; 400 here. Source: apimachinery meta/v1 generated.pb.go. */
const malformed = (message: string): StatusError => StatusError.badRequest(message)

const unexpectedEnd = (): StatusError => malformed('unexpected EOF')

/** Writes fields one after the other. */
export class WireWriter {
  #buffer = Buffer.allocUnsafe(256)
  #length = 0

  tag(field: number, type: number): void {
    this.#number(field * 8 + type)
  }

  varint(value: number | bigint | boolean): void {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) {
      this.#number(value)
      return
    }
    const unsigned = BigInt.asUintN(64, BigInt(value))
    this.#halves(Number(unsigned & 0xffffffffn), Number(unsigned >> 32n))
  }

  /** A length and the bytes. */
  bytes(bytes: Buffer): void {
    this.#number(bytes.length)
    this.#reserve(bytes.length)
    bytes.copy(this.#buffer, this.#length)
    this.#length += bytes.length
  }

  /** A length and the text in UTF-8. */
  string(text: string): void {
    const size = Buffer.byteLength(text)
    this.#number(size)
    this.#reserve(size)
    this.#length += this.#buffer.write(text, this.#length)
  }

  /** What has been written. The writer is not used again. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  #number(value: number): void {
    this.#reserve(10)
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#buffer[this.#length++] = (rest % 0x80) | 0x80
    this.#buffer[this.#length++] = rest
  }

  /** No loop over bigints: the compiler of Node 20 dies of those. */
  #halves(low: number, high: number): void {
    this.#reserve(10)
    let [l, h] = [low, high]
    while (h > 0 || l >= 0x80) {
      this.#buffer[this.#length++] = (l & 0x7f) | 0x80
      l = ((l >>> 7) | (h << 25)) >>> 0
      h >>>= 7
    }
    this.#buffer[this.#length++] = l
  }

  #reserve(size: number): void {
    const needed = this.#length + size
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}

/** Reads fields one after the other. Every method throws 400 for bytes that are no protobuf. */
export class WireReader {
  readonly #bytes: Buffer
  #at = 0
  #low = 0
  #high = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** `message` is named in the error. */
  tag(message: string): { readonly field: number; readonly type: number } {
    this.#varint()
    const type = this.#low & 7
    const field = (this.#low >>> 3) | (this.#high << 29)
    if (type === wireType.endGroup) throw malformed(`proto: ${message}: wiretype end group for non-group`)
    if (field <= 0)
      throw malformed(`proto: ${message}: illegal tag ${String(field)} (wire type ${String(this.#unsigned())})`)
    return { field, type }
  }

  bool(): boolean {
    this.#varint()
    return this.#low !== 0 || this.#high !== 0
  }

  int32(): number {
    this.#varint()
    return this.#low | 0
  }

  /** A bigint only beyond 2^53. */
  int64(): number | bigint {
    this.#varint()
    const number = (this.#high | 0) * 0x1_0000_0000 + this.#low
    return Number.isSafeInteger(number) ? number : BigInt.asIntN(64, this.#unsigned())
  }

  bytes(): Buffer {
    this.#varint()
    if (this.#high >= 0x8000_0000) throw malformed('proto: negative length found during unmarshaling')
    const end = this.#at + this.#high * 0x1_0000_0000 + this.#low
    if (end > this.#bytes.length) throw unexpectedEnd()
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }

  /** Passes over the value of a field that is not known. */
  skip(type: number): void {
    let groups = this.#skipOne(type)
    while (groups > 0) {
      this.#varint()
      groups += this.#skipOne(this.#low & 7)
    }
  }

  /** How many groups more are open. */
  #skipOne(type: number): number {
    switch (type) {
      case wireType.varint:
        this.#varint()
        return 0
      case wireType.fixed64:
        this.#advance(8)
        return 0
      case wireType.bytes:
        this.bytes()
        return 0
      case wireType.startGroup:
        return 1
      case wireType.endGroup:
        return -1
      case wireType.fixed32:
        this.#advance(4)
        return 0
      default:
        throw malformed(`proto: illegal wireType ${String(type)}`)
    }
  }

  /** The last number read, as two unsigned halves. No loop over bigints: the compiler of Node 20 dies of those. */
  #varint(): void {
    let low = 0
    let high = 0
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte()
      const bits = byte & 0x7f
      if (i < 4) low |= bits << (7 * i)
      else if (i === 4) {
        low |= bits << 28
        high = bits >>> 4
      } else high |= bits << (7 * i - 32)
      if (byte < 0x80) {
        this.#low = low >>> 0
        this.#high = high >>> 0
        return
      }
    }
    throw malformed('proto: integer overflow')
  }

  #unsigned(): bigint {
    return BigInt(this.#high) * 0x1_0000_0000n + BigInt(this.#low)
  }

  #advance(count: number): void {
    this.#at += count
    if (this.#at > this.#bytes.length) throw unexpectedEnd()
  }

  #byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw unexpectedEnd()
    this.#at++
    return byte
  }
}

export const wrongWireType = (type: number, field: string): StatusError =>
  malformed(`proto: wrong wireType = ${String(type)} for field ${field}`)
