import type { Worker } from 'node:cluster'

/** What the first process and its workers say to each other. `store` counts the server's stores in their order. */
export type Message =
  /** To the workers and from them: something was written. */
  | { readonly kind: 'wrote'; readonly store: number }
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

/** To one that is just ending, nothing is said. */
export function say(worker: Worker, message: Message): void {
  if (worker.isConnected()) worker.send(message, () => undefined)
}
