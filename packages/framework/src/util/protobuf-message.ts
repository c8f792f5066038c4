/** Protobuf's wire types that the messages of etcd and of OpenTelemetry use, or that must be passed over. */
const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/**
 * Writes one protobuf message from its end to its beginning, so that the length of what is nested is known when it is
 * due and no bytes are copied twice. The fields written first stand last, which protobuf does not mind; the elements of
 * a repeated field have to be written in reverse order.
 */
export class MessageWriter {
  #buffer: Buffer
  #start: number

  /** `size` is about how many bytes there will be. */
  constructor(size = 256) {
    this.#buffer = Buffer.allocUnsafe(size)
    this.#start = size
  }

  /** int64, int32, enum. Zero is not written, unless `always` (it decides a oneof). */
  int(field: number, value: number | bigint, { always = false } = {}): this {
    if (!value && !always) return this
    if (typeof value === 'number' && value >= 0) this.#varint(value)
    else this.#negativeOrLarge(BigInt(value))
    return this.#tag(field, wireType.varint)
  }

  /** fixed64. */
  fixed64(field: number, value: bigint): this {
    this.#reserve(8)
    this.#start -= 8
    this.#buffer.writeBigUInt64LE(value, this.#start)
    return this.#tag(field, wireType.fixed64)
  }

  bool(field: number, value: boolean): this {
    return this.int(field, value ? 1 : 0)
  }

  bytes(field: number, value: Buffer): this {
    if (!value.length) return this
    this.#reserve(value.length)
    this.#start -= value.length
    value.copy(this.#buffer, this.#start)
    this.#varint(value.length)
    return this.#tag(field, wireType.bytes)
  }

  string(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value))
  }

  message(field: number, write: (writer: this) => unknown): this {
    const end = this.#buffer.length - this.#start
    write(this)
    this.#varint(this.#buffer.length - this.#start - end)
    return this.#tag(field, wireType.bytes)
  }

  finish(): Buffer {
    return this.#buffer.subarray(this.#start)
  }

  #tag(field: number, type: number): this {
    this.#varint(field * 8 + type)
    return this
  }

  #varint(value: number): void {
    let size = 1
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++
    this.#reserve(size)
    this.#start -= size
    let at = this.#start
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#buffer[at++] = (rest % 0x80) | 0x80
    this.#buffer[at] = rest
  }

  /** In halves: a loop over bigints makes Node 20's compiler fail. */
  #negativeOrLarge(value: bigint): void {
    const unsigned = BigInt.asUintN(64, value)
    let low = Number(unsigned & 0xffffffffn)
    let high = Number(unsigned >> 32n)
    const bytes: number[] = []
    while (high > 0 || low >= 0x80) {
      bytes.push((low & 0x7f) | 0x80)
      low = ((low >>> 7) | (high << 25)) >>> 0
      high >>>= 7
    }
    bytes.push(low)
    this.#reserve(bytes.length)
    this.#start -= bytes.length
    this.#buffer.set(bytes, this.#start)
  }

  #reserve(size: number): void {
    if (this.#start >= size) return
    const used = this.#buffer.length - this.#start
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, used + size))
    this.#buffer.copy(larger, larger.length - used, this.#start)
    this.#start = larger.length - used
    this.#buffer = larger
  }
}

/** Reads the fields of one protobuf message, one after the other. Throws an Error for bytes that are no protobuf. */
export class MessageReader {
  readonly #bytes: Buffer
  #at = 0
  #low = 0
  #high = 0
  #type = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The number of the next field, whose value is then to be read or skipped; 0 at the end. */
  next(): number {
    if (this.#at >= this.#bytes.length) return 0
    this.#varint()
    this.#type = this.#low & 7
    const field = this.#low >>> 3
    if (!field || this.#high) throw new Error('protobuf: illegal tag')
    return field
  }

  bool(): boolean {
    this.#number()
    return this.#low !== 0 || this.#high !== 0
  }

  /** An int64 that is a safe integer, as every revision is. */
  int(): number {
    this.#number()
    const value = (this.#high | 0) * 0x1_0000_0000 + this.#low
    if (!Number.isSafeInteger(value)) throw new Error('protobuf: the integer is beyond 2^53')
    return value
  }

  /** An int64 of any size. */
  bigint(): bigint {
    this.#number()
    return BigInt.asIntN(64, BigInt(this.#high) * 0x1_0000_0000n + BigInt(this.#low))
  }

  /** These are not copied. */
  bytes(): Buffer {
    this.#expect(wireType.bytes)
    this.#varint()
    return this.#take(this.#high * 0x1_0000_0000 + this.#low)
  }

  string(): string {
    return this.bytes().toString()
  }

  /** The fields of a nested message. */
  message(): MessageReader {
    return new MessageReader(this.bytes())
  }

  /** Passes over the value of a field. */
  skip(): void {
    switch (this.#type) {
      case wireType.varint:
        this.#varint()
        return
      case wireType.fixed64:
        this.#take(8)
        return
      case wireType.bytes:
        this.bytes()
        return
      case wireType.fixed32:
        this.#take(4)
        return
      default:
        throw new Error(`protobuf: illegal wire type ${String(this.#type)}`)
    }
  }

  #number(): void {
    this.#expect(wireType.varint)
    this.#varint()
  }

  #expect(type: number): void {
    if (this.#type !== type) throw new Error(`protobuf: wrong wire type ${String(this.#type)}`)
  }

  #take(size: number): Buffer {
    const end = this.#at + size
    if (end > this.#bytes.length) throw new Error('protobuf: the message is cut off')
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }

  /** Leaves the number in two unsigned halves. */
  #varint(): void {
    let low = 0
    let high = 0
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new Error('protobuf: the message is cut off')
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
    throw new Error('protobuf: integer overflow')
  }
}
