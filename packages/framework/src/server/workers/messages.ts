import type { Worker } from 'node:cluster'
import type { Socket } from 'node:net'

/** What the first process and its workers say to each other. `store` counts the server's stores in their order. */
export type Message =
  /** To the workers and from them: something was written. */
  | { readonly kind: 'wrote'; readonly store: number }
  /** From a worker that can serve as soon as somebody comes; answered by one of the next two. */
  | { readonly kind: 'listen' }
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'refused'; readonly error: ListenError }
  /** To a worker, with the connection; answered by `taken`, and `left` when it has ended. */
  | { readonly kind: 'connection'; readonly id: number }
  | { readonly kind: 'taken'; readonly id: number }
  | { readonly kind: 'left' }
  /** From a worker that is not to have more connections; answered by `closed` after the last one. */
  | { readonly kind: 'close' }
  | { readonly kind: 'closed' }
  /** From a worker that serves now. */
  | { readonly kind: 'ready'; readonly url: string }
  /** To a worker: come to an end. */
  | { readonly kind: 'stop' }
  /** From a worker that was asked for the metrics of all; answered by `gathered`. */
  | { readonly kind: 'gather'; readonly id: number }
  | { readonly kind: 'gathered'; readonly id: number; readonly metrics: readonly object[] }
  /** To the workers: each is to tell its metrics, in a `report`. */
  | { readonly kind: 'tell'; readonly id: number }
  | { readonly kind: 'report'; readonly id: number; readonly metrics: object }
  /** From a worker and to all of them: metrics begin anew. */
  | { readonly kind: 'reset' }

/** Why nobody can listen, as Node says it. */
export interface ListenError {
  readonly message: string
  readonly code?: string
  readonly port?: number
  readonly address?: string
}

/** To one that is just ending, nothing is said. A connection that is sent stays open here, too. */
export function say(worker: Worker, message: Message, connection?: Socket): void {
  if (worker.isConnected()) worker.send(message, connection, { keepOpen: true }, () => undefined)
}
