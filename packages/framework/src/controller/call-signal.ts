import { ConnectionError } from '../client/connection-error.ts'

/** Aborts with the parent or after a time. By hand, because AbortSignal.any would leave something at the parent for each call. */
export class CallSignal {
  readonly #controller = new AbortController()
  readonly #parent: AbortSignal
  readonly #timer: NodeJS.Timeout | undefined
  readonly #stop = (): void => this.#controller.abort(this.#parent.reason)
  #timedOut = false

  /** `what` says in the error what took too long. */
  constructor(parent: AbortSignal, timeoutMs: number | undefined, what: string) {
    this.#parent = parent
    parent.addEventListener('abort', this.#stop, { once: true })
    if (parent.aborted) this.#stop()
    if (timeoutMs !== undefined)
      this.#timer = setTimeout(() => {
        this.#timedOut = true
        this.#controller.abort(new ConnectionError(`${what} took longer than ${timeoutMs} ms`, { code: 'ETIMEDOUT' }))
      }, timeoutMs)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** It was the time that ended it. */
  get timedOut(): boolean {
    return this.#timedOut
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#parent.removeEventListener('abort', this.#stop)
  }
}
