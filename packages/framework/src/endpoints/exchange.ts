import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { RequestContext } from '../request/context.ts'

/** Gets to see what goes in and out, where a record is kept. */
export interface ExchangeObserver {
  requestBody(bytes: Buffer, contentType: string): void
  /** Not compressed. */
  responseBody(bytes: Buffer, contentType: string): void
}

/** Told of what a watch sends. */
export interface WatchObserver {
  /** One event, of so many bytes. */
  sent(bytes: number): void
  /** All that a list by watch begins with. */
  initialSent(): void
}

/** What the server knows besides of a request under way. */
export interface ExchangeContext extends RequestContext {
  /** Called when `signal` aborts, at once where it has. For what every request waits for: a signal costs more. */
  onAbort(listener: () => void): void
}

/** One request and its answer, HTTP/1.1 or HTTP/2. */
export interface Exchange {
  readonly request: IncomingMessage | Http2ServerRequest
  readonly response: ServerResponse | Http2ServerResponse
  readonly query: URLSearchParams
  readonly context: ExchangeContext
  readonly observer?: ExchangeObserver | undefined
  readonly events?: WatchObserver | undefined
  /** The server speaks CBOR, here: its gate is open. */
  readonly cbor?: boolean | undefined
}
