export interface FairQueueSettings {
  /** How many at once. */
  readonly seats: number
  /** How many of one flow may wait. */
  readonly waitingOfFlow: number
  /** How many may wait in all. */
  readonly waiting: number
  readonly waitMs: number
}

/** Why somebody gets no seat, by the names of Kubernetes' metrics. */
export type Rejection = 'queue-full' | 'time-out' | 'cancelled'

interface Flow {
  executing: number
  readonly waiting: Waiter[]
}
interface Waiter {
  readonly settle: (rejection?: Rejection) => void
}

/**
 * A limit on what is done at once, shared by flows (users): a seat that becomes free goes to a flow that waits and has the fewest, by turns, so that
 * nobody starves beside somebody who asks a hundred times as often. In the manner of API Priority and Fairness, with one priority level.
 */
export class FairQueue {
  readonly #settings: FairQueueSettings
  /** Those that sit or wait; who had a turn stands last. */
  readonly #flows = new Map<string, Flow>()
  #executing = 0
  #waiting = 0

  constructor(settings: FairQueueSettings) {
    this.#settings = settings
  }

  get executing(): number {
    return this.#executing
  }
  get waiting(): number {
    return this.#waiting
  }
  get flows(): number {
    return this.#flows.size
  }

  /** Takes a seat, if need be after a while; {@link leave} gives it back. Otherwise why there is none. `signal` is asked for when there is need to wait. */
  enter(name: string, signal: () => AbortSignal): Promise<Rejection | undefined> {
    let flow = this.#flows.get(name)
    if (!flow) this.#flows.set(name, (flow = { executing: 0, waiting: [] }))
    if (this.#executing < this.#settings.seats) {
      this.#executing++
      flow.executing++
      return seated
    }
    if (flow.waiting.length < this.#settings.waitingOfFlow && this.#makeRoomFor(flow))
      return this.#wait(flow, name, signal())
    this.#forget(name, flow)
    return Promise.resolve('queue-full')
  }

  leave(name: string): void {
    const flow = this.#flows.get(name)
    if (!flow) return
    this.#executing--
    flow.executing--
    this.#forget(name, flow)
    if (this.#waiting) this.#next()
  }

  /** When everything is full, the last of the longest queue makes room for one of a shorter. */
  #makeRoomFor(flow: Flow): boolean {
    if (this.#waiting < this.#settings.waiting) return true
    let longest = flow
    for (const other of this.#flows.values()) if (other.waiting.length > longest.waiting.length) longest = other
    if (longest.waiting.length <= flow.waiting.length + 1) return false
    longest.waiting.at(-1)?.settle('queue-full')
    return true
  }

  #wait(flow: Flow, name: string, signal: AbortSignal): Promise<Rejection | undefined> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        settle: (rejection) => {
          clearTimeout(timer)
          signal.removeEventListener('abort', cancel)
          flow.waiting.splice(flow.waiting.indexOf(waiter), 1)
          this.#waiting--
          if (rejection) this.#forget(name, flow)
          resolve(rejection)
        },
      }
      const cancel = (): void => {
        waiter.settle('cancelled')
      }
      const timer = setTimeout(() => {
        waiter.settle('time-out')
      }, this.#settings.waitMs)
      flow.waiting.push(waiter)
      this.#waiting++
      if (signal.aborted) cancel()
      else signal.addEventListener('abort', cancel)
    })
  }

  #next(): void {
    let chosen: [string, Flow] | undefined
    for (const entry of this.#flows) {
      const [, { waiting, executing }] = entry
      if (waiting.length && (!chosen || executing < chosen[1].executing)) chosen = entry
    }
    if (!chosen) return
    const [name, flow] = chosen
    this.#flows.delete(name)
    this.#flows.set(name, flow)
    this.#executing++
    flow.executing++
    flow.waiting[0]?.settle()
  }

  #forget(name: string, flow: Flow): void {
    if (flow.executing === 0 && flow.waiting.length === 0) this.#flows.delete(name)
  }
}

const seated = Promise.resolve(undefined)
