/** After that the next one goes on, too: who has the turn may itself wait for one who waits for it, as for a webhook that writes the same object. */
const longestTurnMs = 1000

/** Writers of one key that came upon each other go on one after the other. If all tried again at once, all but one would work in vain, again and again. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>()

  /** Who takes a turn now has to wait for it. */
  isTaken(key: string): boolean {
    return this.#last.has(key)
  }

  /** Resolves when those before have ended their turns, to what ends this one. Rejects with the signal's reason. */
  async take(key: string, signal?: AbortSignal): Promise<() => void> {
    const before = this.#last.get(key)
    let resolveOwn = (): void => undefined
    const own = new Promise<void>((resolve) => (resolveOwn = resolve))
    const both = before ? before.then(() => own) : own
    this.#last.set(key, both)
    void both.then(() => {
      if (this.#last.get(key) === both) this.#last.delete(key)
    })
    if (before) await endOf(before, signal)
    if (signal?.aborted) resolveOwn()
    signal?.throwIfAborted()
    const timer = setTimeout(resolveOwn, longestTurnMs).unref()
    return () => {
      clearTimeout(timer)
      resolveOwn()
    }
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
