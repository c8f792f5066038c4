import type { IncomingHttpHeaders } from 'node:http'
import { ConnectionError } from './connection-error.ts'
import type { WriteGuard } from './write-guard.ts'

/** One request as it goes over a connection. */
export interface Exchange {
  readonly method: string
  /** With its query, as the server gets it. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | Buffer | undefined
  /** How long to wait for the answer's headers. */
  readonly timeoutMs: number
  /** Any of them ends the exchange, also while its body comes. */
  readonly signals: readonly AbortSignal[]
  /** Asked with no wait between it and the first byte. */
  readonly guard: WriteGuard | undefined
}

/** An answer whose body is still to come: read it to its end or destroy it. Leaving a loop over it destroys it. */
export interface Answer {
  readonly statusCode: number
  readonly headers: IncomingHttpHeaders
  readonly body: AsyncIterable<Buffer>
  /** Readers of the body get the error. */
  destroy(error?: Error): void
}

/** The answer, or why there is none and which requests may be sent again for that. */
export type Sent =
  { readonly answer: Answer } | { readonly error: ConnectionError; readonly retry: 'never' | 'reads' | 'always' }

export const timedOut = (): ConnectionError => new ConnectionError('no answer in time', { code: 'ETIMEDOUT' })

/** Calls once when any of the signals aborts, or at once. What it returns takes the listeners away. */
export function whenAborted(signals: readonly AbortSignal[], stop: () => void): () => void {
  for (const signal of signals) {
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
  }
  return () => {
    for (const signal of signals) signal.removeEventListener('abort', stop)
  }
}
