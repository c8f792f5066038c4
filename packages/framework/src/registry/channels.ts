import { Readable, Writable } from 'node:stream'
import type { WebSocket } from 'ws'

/** The size of a terminal, in characters. */
export interface TerminalSize {
  readonly width: number
  readonly height: number
}

/** The streams of a process at the other end of a connection. Those that the client did not ask for are over from the start, or take what nobody reads. */
export interface Channels {
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
  /** The sizes that the client's terminal comes to have; of several that nobody took yet, the last. */
  readonly terminalSizes: AsyncIterable<TerminalSize>
}

export interface WantedChannels {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

/** Numbers of the channels. Source: apimachinery util/remotecommand constants.go. */
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const

/** The channels of one WebSocket: the first byte of a message (in base64 protocols the first digit) is the number of its channel. */
export class WebSocketChannels implements Channels {
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
  readonly terminalSizes = new TerminalSizes()
  readonly #socket: WebSocket
  readonly #base64: boolean
  #inputEnded = false

  constructor(socket: WebSocket, base64: boolean, wanted: WantedChannels) {
    this.#socket = socket
    this.#base64 = base64
    this.stdin = new Readable({
      read: () => {
        socket.resume()
      },
    })
    // What a client that has gone does not read is nobody's failure, unless somebody asks.
    this.stdin.on('error', () => undefined)
    this.stdout = this.#output(channel.stdout, wanted.stdout)
    this.stderr = this.#output(channel.stderr, wanted.stderr)
    if (!wanted.stdin) this.#endInput()
    if (!wanted.tty) this.terminalSizes.end()
    socket.on('message', (data) => {
      this.#receive(data as Buffer)
    })
    socket.once('close', () => {
      this.#endInput()
      this.terminalSizes.end()
    })
    // Tells the client that the connection stands.
    this.#send(wanted.stdout ? channel.stdout : wanted.stderr ? channel.stderr : channel.error, Buffer.alloc(0))
  }

  /** Sends what is left, then how it ended, and closes. Resolves when the connection is closed. */
  async finish(outcome: string): Promise<void> {
    const socket = this.#socket
    await Promise.all([ended(this.stdout), ended(this.stderr)])
    this.#send(channel.error, Buffer.from(outcome))
    // Goes on reading, so that the client's part of the end is heard.
    this.#inputEnded = true
    this.stdin.destroy()
    socket.resume()
    if (socket.readyState === socket.CLOSED) return
    const closed = new Promise<void>((resolve) => {
      socket.once('close', () => {
        resolve()
      })
    })
    socket.close(1000)
    await closed
  }

  #output(number: number, wanted: boolean): Writable {
    const writable = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (!wanted) done()
        else if (chunk.length === 0) done()
        else this.#send(number, chunk, done)
      },
    })
    writable.on('error', () => undefined)
    return writable
  }

  #send(number: number, data: Buffer, done?: (error?: Error) => void): void {
    const message = this.#base64
      ? `${String(number)}${data.toString('base64')}`
      : Buffer.concat([Buffer.from([number]), data])
    this.#socket.send(message, { binary: !this.#base64 }, (error) => done?.(error ?? undefined))
  }

  #receive(message: Buffer): void {
    const [first] = message
    if (first === undefined) return
    const number = this.#base64 ? first - 0x30 : first
    const data = this.#base64 ? Buffer.from(message.subarray(1).toString('latin1'), 'base64') : message.subarray(1)
    if (number === channel.close) {
      if (data[0] === channel.stdin) this.#endInput()
    } else if (number === channel.stdin) {
      if (data.length && !this.#inputEnded && !this.stdin.push(data)) this.#socket.pause()
    } else if (number === channel.resize) this.terminalSizes.add(data)
  }

  #endInput(): void {
    if (!this.#inputEnded) this.stdin.push(null)
    this.#inputEnded = true
  }
}

/** Resolves also when the stream is broken. */
const ended = (stream: Writable): Promise<void> =>
  new Promise((resolve) => {
    stream.end(() => {
      resolve()
    })
  })

/** The last size that nobody took yet, for one reader. */
class TerminalSizes implements AsyncIterable<TerminalSize> {
  #last: TerminalSize | undefined
  #over = false
  #wake: (() => void) | undefined

  /** What is no size is not looked at. */
  add(json: Buffer): void {
    if (this.#over) return
    try {
      const { Width: width, Height: height } = JSON.parse(json.toString()) as { Width?: unknown; Height?: unknown }
      if (!isSize(width) || !isSize(height)) return
      this.#last = { width, height }
      this.#wake?.()
    } catch {
      return
    }
  }

  end(): void {
    this.#over = true
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TerminalSize> {
    for (;;) {
      const size = this.#last
      this.#last = undefined
      if (size) yield size
      else if (this.#over) return
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
    }
  }
}

const isSize = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff
