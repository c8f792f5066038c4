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
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) this.#number(value)
    else this.#integer(BigInt.asUintN(64, BigInt(value)))
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

  #integer(value: bigint): void {
    this.#reserve(10)
    let rest = value
    for (; rest >= 0x80n; rest >>= 7n) this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80
    this.#buffer[this.#length++] = Number(rest)
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

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** `message` is named in the error. */
  tag(message: string): { readonly field: number; readonly type: number } {
    const wire = this.varint()
    const field = Number(BigInt.asIntN(32, wire >> 3n))
    const type = Number(wire & 7n)
    if (type === wireType.endGroup) throw malformed(`proto: ${message}: wiretype end group for non-group`)
    if (field <= 0) throw malformed(`proto: ${message}: illegal tag ${String(field)} (wire type ${String(wire)})`)
    return { field, type }
  }

  /** As an unsigned 64-bit integer. */
  varint(): bigint {
    let low = 0
    let value = 0n
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte()
      // Four groups fit into a small integer: nearly all numbers end there.
      if (i < 4) low |= (byte & 0x7f) << (7 * i)
      else value |= BigInt(byte & 0x7f) << BigInt(7 * i)
      if (byte < 0x80) return BigInt.asUintN(64, value | BigInt(low))
    }
    throw malformed('proto: integer overflow')
  }

  bytes(): Buffer {
    const length = BigInt.asIntN(64, this.varint())
    if (length < 0n) throw malformed('proto: negative length found during unmarshaling')
    const end = this.#at + Number(length)
    if (end > this.#bytes.length) throw unexpectedEnd()
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }

  /** Passes over the value of a field that is not known. */
  skip(type: number): void {
    let groups = 0
    for (let current = type; ; current = Number(this.varint() & 7n)) {
      groups += this.#skipOne(current)
      if (groups < 0) throw malformed('proto: unexpected end of group')
      if (groups === 0) return
    }
  }

  /** How many groups more are open. */
  #skipOne(type: number): number {
    switch (type) {
      case wireType.varint:
        this.varint()
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
