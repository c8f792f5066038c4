import type { ServerResponse } from 'node:http'
import type { Exchange } from '../exchange.ts'
import { GzipStream } from '../negotiation/gzip.ts'

/** Where the events of one watch go: a body without an end, or the messages of a WebSocket. */
export interface WatchSink {
  /** Nobody reads any more. */
  readonly closed: boolean
  /** Some bytes were not taken yet. */
  readonly stalled: boolean
  /** Encoded events; a promise while the client takes no more. It resolves also when the client goes. */
  write(events: readonly Buffer[]): Promise<void> | undefined
  onClose(listener: () => void): void
  /** The orderly end. */
  end(): void
  /** Ends at once, whatever was not sent yet. */
  cut(): void
}

/** One event after the other, in chunks. The headers go out before there is an event. */
export class BodySink implements WatchSink {
  // Both kinds of response have all that is used here; the types know of one.
  readonly #response: ServerResponse
  readonly #gzip: GzipStream | undefined

  constructor({ response, context }: Exchange, contentType: string, gzip: boolean) {
    this.#response = response as ServerResponse
    this.#gzip = gzip ? new GzipStream() : undefined
    response.statusCode = 200
    response.setHeader('content-type', contentType)
    const warnings = context.warnings.headers()
    if (warnings.length) response.setHeader('warning', warnings)
    if (gzip) {
      response.setHeader('content-encoding', 'gzip')
      response.setHeader('vary', 'Accept-Encoding')
    }
    this.#response.flushHeaders()
  }

  get closed(): boolean {
    return this.#response.destroyed || this.#response.writableEnded
  }
  get stalled(): boolean {
    return this.#response.writableNeedDrain
  }

  write(events: readonly Buffer[]): Promise<void> | undefined {
    const [only] = events
    const bytes = events.length === 1 && only ? only : Buffer.concat(events)
    return this.#response.write(this.#gzip?.flush(bytes) ?? bytes) ? undefined : untilDrained(this.#response)
  }

  onClose(listener: () => void): void {
    this.#response.once('close', listener)
  }
  end(): void {
    this.#response.end(this.#gzip?.end())
  }
  cut(): void {
    this.#response.destroy()
  }
}

/** Until a stream takes more, or nothing at all any more. */
export function untilDrained(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done)
      stream.off('close', done)
      resolve()
    }
    stream.once('drain', done)
    stream.once('close', done)
  })
}
