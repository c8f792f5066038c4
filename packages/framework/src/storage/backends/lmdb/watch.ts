import { setImmediate } from 'node:timers/promises'
import type { BackendEvents } from '../../backend.ts'
import type { EventLog } from './event-log.ts'
import { rangeTest } from './keys.ts'

/** One open watch. It holds a place in the log and no events, so that a slow reader costs nothing. */
export class Watch {
  readonly #log: EventLog
  readonly #passes: (key: string) => boolean
  readonly #signal: AbortSignal
  #after: number
  #progress: number | undefined
  #ended = false
  #wake: (() => void) | undefined

  constructor(log: EventLog, start: string, end: string, after: number, signal: AbortSignal) {
    this.#log = log
    this.#passes = rangeTest(start, end)
    this.#after = after
    this.#signal = signal
  }

  /** There may be something to read. */
  wake(): void {
    this.#wake?.()
  }

  end(): void {
    this.#ended = true
    this.wake()
  }

  /** The watch will yield when it has reached `revision`, events or not. */
  requestProgress(revision: number): void {
    this.#progress = Math.max(this.#progress ?? 0, revision)
    this.wake()
  }

  async *read(): AsyncGenerator<BackendEvents> {
    const abort = (): void => {
      this.end()
    }
    this.#signal.addEventListener('abort', abort, { once: true })
    if (this.#signal.aborted) this.end()
    try {
      while (!this.#done()) {
        if (this.#after < this.#log.revision) {
          const batch = this.#log.read(this.#after, this.#passes)
          this.#after = batch.revision
          if (batch.events.length) yield this.#reached(batch)
          // A long way through others' events: let them run
          else if (this.#after < this.#log.revision) await setImmediate()
        } else if (this.#progress !== undefined && this.#log.revision >= Math.max(this.#progress, this.#after))
          yield this.#reached({ events: [], revision: this.#after })
        else await this.#something()
      }
    } finally {
      this.#signal.removeEventListener('abort', abort)
      this.#ended = true
    }
  }

  #done(): boolean {
    return this.#ended
  }

  #reached(batch: BackendEvents): BackendEvents {
    if (this.#progress !== undefined && batch.revision >= this.#progress) this.#progress = undefined
    return batch
  }

  #something(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
