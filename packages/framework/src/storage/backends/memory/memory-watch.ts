import type { BackendEvent, BackendEvents } from '../../backend.ts'

/** One open watch: what has happened waits here until the reader takes it. */
export class MemoryWatch implements AsyncIterable<BackendEvents> {
  readonly #start: string
  readonly #end: string
  readonly #after: number
  readonly #signal: AbortSignal
  readonly #closed: () => void
  #events: BackendEvent[] = []
  #revision = 0
  #pending = false
  #ended = false
  #failure: Error | undefined
  #wake: (() => void) | undefined

  constructor(
    { start, end, after }: { readonly start: string; readonly end: string; readonly after: number },
    signal: AbortSignal,
    closed: () => void,
  ) {
    this.#start = start
    this.#end = end
    this.#after = after
    this.#signal = signal
    this.#closed = closed
  }

  /** Also without events: then it is word that nothing up to `revision` is to come. */
  offer(events: readonly BackendEvent[], revision: number): void {
    // The revision that it begins after may still be to come
    const mine = events.filter(
      (event) => event.revision > this.#after && event.key >= this.#start && event.key < this.#end,
    )
    if (events.length && !mine.length) return
    this.#events.push(...mine)
    this.#revision = revision
    this.#pending = true
    this.#wake?.()
  }

  end(): void {
    this.#ended = true
    this.#wake?.()
  }

  fail(error: Error): void {
    this.#failure = error
    this.end()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<BackendEvents> {
    const abort = (): void => {
      this.end()
    }
    this.#signal.addEventListener('abort', abort, { once: true })
    if (this.#signal.aborted) this.end()
    try {
      for (;;) {
        if (this.#failure) throw this.#failure
        if (this.#signal.aborted) return
        if (this.#pending) {
          const events = this.#events
          this.#events = []
          this.#pending = false
          yield { events, revision: this.#revision }
        } else if (this.#ended) return
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
      }
    } finally {
      this.#signal.removeEventListener('abort', abort)
      this.#closed()
    }
  }
}
