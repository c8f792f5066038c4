/** One element of DER: tag, content, and all of its bytes. */
export interface DerElement {
  readonly tag: number
  readonly content: Buffer
  readonly encoded: Buffer
}

/** The bytes are not DER. */
export class DerError extends Error {
  override readonly name = 'DerError'
}

/** Reads the elements of DER one after the other. Single-byte tags only: X.509 has no others. */
export class DerReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** The tag of the next element, without reading it; -1 at the end. */
  get nextTag(): number {
    return this.#bytes[this.#at] ?? -1
  }

  next(expectedTag?: number): DerElement {
    const start = this.#at
    const tag = this.#byte()
    if ((tag & 0x1f) === 0x1f) throw new DerError('tags of several bytes are not supported')
    if (expectedTag !== undefined && tag !== expectedTag)
      throw new DerError(`expected tag ${String(expectedTag)}, found ${String(tag)}`)
    const length = this.#length()
    const end = this.#at + length
    if (end > this.#bytes.length) throw new DerError('an element is longer than its container')
    const content = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return { tag, content, encoded: this.#bytes.subarray(start, end) }
  }

  /** The next element if it has this tag. */
  optional(tag: number): DerElement | undefined {
    return this.nextTag === tag ? this.next() : undefined
  }

  #length(): number {
    const first = this.#byte()
    if (first < 0x80) return first
    const count = first & 0x7f
    if (count === 0 || count > 4) throw new DerError('the length of an element is indefinite or too large')
    let length = 0
    for (let i = 0; i < count; i++) length = length * 256 + this.#byte()
    return length
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new DerError('an element ends too early')
    return byte
  }
}

/** All elements inside a constructed one. */
export function derElements(content: Buffer): DerElement[] {
  const reader = new DerReader(content)
  const elements: DerElement[] = []
  while (!reader.done) elements.push(reader.next())
  return elements
}

/** The dotted form of an OBJECT IDENTIFIER's content. */
export function oidText(content: Buffer): string {
  const arcs: bigint[] = []
  let arc = 0n
  for (const byte of content) {
    arc = (arc << 7n) | BigInt(byte & 0x7f)
    if (byte & 0x80) continue
    if (arcs.length === 0) {
      const first = arc < 40n ? 0n : arc < 80n ? 1n : 2n
      arcs.push(first, arc - first * 40n)
    } else arcs.push(arc)
    arc = 0n
  }
  return arcs.join('.')
}

const decodeText: ReadonlyMap<number, (content: Buffer) => string> = new Map([
  [0x0c, (content) => new TextDecoder('utf-8', { fatal: true }).decode(content)],
  [0x12, (content: Buffer) => content.toString('latin1')],
  [0x13, (content: Buffer) => content.toString('latin1')],
  [0x14, (content: Buffer) => content.toString('latin1')],
  [0x16, (content: Buffer) => content.toString('latin1')],
  [0x1e, (content: Buffer) => Buffer.from(content).swap16().toString('utf16le')],
])

/** The text of a string element; undefined for other types. Throws {@link DerError} when it is malformed. */
export function derText({ tag, content }: DerElement): string | undefined {
  try {
    return decodeText.get(tag)?.(content)
  } catch (cause) {
    throw new DerError('a string is malformed', { cause })
  }
}
