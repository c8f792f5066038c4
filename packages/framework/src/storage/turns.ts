/** Writers of one key that came upon each other go on one after the other. If all tried again at once, all but one would work in vain, again and again. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>()

  /** Resolves when those before have ended their turns, to what ends this one. Rejects with the signal's reason. */
  async take(key: string, signal?: AbortSignal): Promise<() => void> {
    const before = this.#last.get(key)
    let end = (): void => undefined
    const own = new Promise<void>((resolve) => (end = resolve))
    const both = before ? before.then(() => own) : own
    this.#last.set(key, both)
    void both.then(() => {
      if (this.#last.get(key) === both) this.#last.delete(key)
    })
    if (before) await endOf(before, signal)
    if (signal?.aborted) end()
    signal?.throwIfAborted()
    return end
  }
}

/** Resolves then, or when the signal aborts. */
function endOf(turn: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal?.removeEventListener('abort', done)
      resolve()
    }
    void turn.then(done)
    if (signal?.aborted) done()
    else signal?.addEventListener('abort', done)
  })
}
