import type { Worker } from 'node:cluster'
import { say } from './messages.ts'

/** Whoever has said nothing by then is left out. */
const patienceMs = 2000

interface Round {
  readonly waiting: Set<Worker>
  readonly metrics: object[]
  readonly done: () => void
}

/** Asks workers for their metrics. */
export class Gathering {
  readonly #rounds = new Map<number, Round>()
  #last = 0

  async of(workers: readonly Worker[]): Promise<readonly object[]> {
    const id = ++this.#last
    const metrics: object[] = []
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs)
      const done = (): void => {
        clearTimeout(timer)
        resolve()
      }
      this.#rounds.set(id, { waiting: new Set(workers), metrics, done })
      for (const worker of workers) say(worker, { kind: 'tell', id })
    })
    this.#rounds.delete(id)
    return metrics
  }

  report(id: number, worker: Worker, metrics: object): void {
    this.#rounds.get(id)?.metrics.push(metrics)
    this.#answered(id, worker)
  }

  /** It will not answer any more. */
  gone(worker: Worker): void {
    for (const id of this.#rounds.keys()) this.#answered(id, worker)
  }

  #answered(id: number, worker: Worker): void {
    const round = this.#rounds.get(id)
    if (round?.waiting.delete(worker) && round.waiting.size === 0) round.done()
  }
}
