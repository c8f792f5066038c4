/** Something that is going to happen; not, once it is cancelled. */
export interface Timer {
  cancel(): void
}

/** What time it is, and what is to happen later. Tests have one of their own, whose time passes when they say. */
export interface Clock {
  /** Milliseconds since some moment of the past. Never goes back, whatever is done to the time of day. */
  now(): number
  /** The time of day. */
  date(): Date
  /** Calls back after so many milliseconds. `keepAlive` false: a process need not wait for it. Default true. */
  after(delayMs: number, callback: () => void, options?: { readonly keepAlive?: boolean }): Timer
}

/** The longest that a timer of Node can wait. */
const maxTimerMs = 2 ** 31 - 1

/** The machine's own. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  after: (delayMs, callback, { keepAlive = true } = {}) => {
    const readyAt = performance.now() + delayMs
    let timer: NodeJS.Timeout | undefined
    const arm = (): void => {
      const leftMs = Math.max(0, Math.ceil(readyAt - performance.now()))
      timer = setTimeout(() => (performance.now() < readyAt ? arm() : callback()), Math.min(maxTimerMs, leftMs))
      if (!keepAlive) timer.unref()
    }
    arm()
    return { cancel: () => clearTimeout(timer) }
  },
}

/** Resolves after so many milliseconds, or when the signal aborts; never rejects. */
export function pause(
  clock: Clock,
  delayMs: number,
  signal?: AbortSignal,
  options?: { readonly keepAlive?: boolean },
): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      timer.cancel()
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = clock.after(delayMs, end, options)
    signal?.addEventListener('abort', end, { once: true })
  })
}
