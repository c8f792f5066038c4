import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type TLSSocket } from 'node:tls'

interface Credentials {
  readonly cert: string
  readonly key: string
  readonly ca: string
}

/** A connection of TLS on which a test writes whatever bytes it likes. */
export class RawConnection {
  readonly socket: TLSSocket
  #received: Buffer[] = []
  /** When the server ended it. */
  closedAt: number | undefined

  private constructor(socket: TLSSocket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#received.push(chunk)
    })
    socket.on('error', () => undefined)
    socket.once('close', () => (this.closedAt = performance.now()))
  }

  /** Resolves when the handshake is done. With credentials, as the administrator. */
  static async open(port: number, protocol: 'h2' | 'http/1.1', credentials?: Credentials): Promise<RawConnection> {
    const identity = credentials && { cert: readFileSync(credentials.cert), key: readFileSync(credentials.key) }
    const options = { host: '127.0.0.1', port, ALPNProtocols: [protocol], rejectUnauthorized: false, ...identity }
    const socket = connect(options)
    const connection = new RawConnection(socket)
    await once(socket, 'secureConnect')
    return connection
  }

  get received(): Buffer {
    // Not with each chunk: of large answers that would copy for seconds
    const [first, ...more] = this.#received
    if (first && more.length === 0) return first
    const whole = Buffer.concat(this.#received)
    this.#received = [whole]
    return whole
  }
  get text(): string {
    return this.received.toString('latin1')
  }
  get isClosed(): boolean {
    return this.closedAt !== undefined
  }

  write(bytes: string | Uint8Array): void {
    if (!this.isClosed && this.socket.writable) this.socket.write(bytes)
  }

  /** Waits for `check`, or the end of the connection; false when neither came to pass in time. */
  async until(check: () => boolean, limitMs: number): Promise<boolean> {
    for (const deadline = performance.now() + limitMs; performance.now() < deadline;) {
      if (check() || this.isClosed) return true
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return false
  }

  close(): void {
    this.socket.destroy()
  }
}

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

export const frameTypes = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

/** One frame of HTTP/2 (RFC 9113 §4.1). */
export function frame(
  type: keyof typeof frameTypes,
  flags: number,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(frameTypes[type], 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A header of HPACK, literally and without an index (RFC 7541 §6.2.2). */
export function literal(name: string, value: string): Buffer {
  const text = (s: string): Buffer => {
    const bytes = Buffer.from(s)
    if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes])
    const rest: number[] = []
    let n = bytes.length - 127
    for (; n >= 128; n = Math.floor(n / 128)) rest.push((n % 128) + 128)
    return Buffer.concat([Buffer.from([127, ...rest, n]), bytes])
  }
  return Buffer.concat([Buffer.from([0]), text(name), text(value)])
}

/** The block of headers of a request. */
export const requestBlock = (method: string, path: string, more: readonly (readonly [string, string])[] = []): Buffer =>
  Buffer.concat([
    literal(':method', method),
    literal(':scheme', 'https'),
    literal(':path', path),
    literal(':authority', 'localhost'),
    ...more.map(([name, value]) => literal(name, value)),
  ])

/** The frames of what was received. */
export function framesIn(bytes: Buffer): { type: number; flags: number; stream: number; payload: Buffer }[] {
  const frames = []
  for (let at = 0; at + 9 <= bytes.length;) {
    const length = bytes.readUIntBE(at, 3)
    const [type, flags] = [bytes.readUInt8(at + 3), bytes.readUInt8(at + 4)]
    const stream = bytes.readUInt32BE(at + 5) & 0x7fffffff
    frames.push({ type, flags, stream, payload: bytes.subarray(at + 9, at + 9 + length) })
    at += 9 + length
  }
  return frames
}
