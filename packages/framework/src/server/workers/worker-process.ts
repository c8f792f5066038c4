import { AggregatorRegistry, type Registry } from 'prom-client'
import type { BackendGroup } from '../../storage/backend.ts'
import { Hearing } from './hearing.ts'
import type { Message } from './messages.ts'
import { workerVariables } from './primary.ts'
import type { GatheredMetrics, Processes } from './processes.ts'

/** This process, one of several that serve. */
export class WorkerProcess implements Processes, GatheredMetrics {
  readonly leads = process.env[workerVariables.index] === '0'
  readonly #token = process.env[workerVariables.token] ?? ''
  readonly #own: Registry
  readonly #hearing = new Hearing()
  readonly #gathering = new Map<number, (registry: Registry) => void>()
  #last = 0
  /** Told when this process is to come to its end. */
  onStop: () => void = () => undefined

  constructor(own: Registry) {
    this.#own = own
    process.on('message', (message: Message) => {
      this.#hear(message)
    })
  }

  backendGroup(store: number): BackendGroup {
    return this.#hearing.group(store, { isKeeper: false, token: this.#token }, () => {
      this.#say({ kind: 'wrote', store })
    })
  }

  ready(url: string): void {
    this.#say({ kind: 'ready', url })
  }

  gather(): Promise<Registry> {
    const id = ++this.#last
    return new Promise((resolve) => {
      this.#gathering.set(id, resolve)
      this.#say({ kind: 'gather', id })
    })
  }

  reset(): void {
    this.#say({ kind: 'reset' })
  }

  #hear(message: Message): void {
    switch (message.kind) {
      case 'wrote':
        this.#hearing.wrote(message.store)
        break
      case 'stop':
        this.onStop()
        break
      case 'tell':
        void this.#own.getMetricsAsJSON().then((metrics) => {
          this.#say({ kind: 'report', id: message.id, metrics })
        })
        break
      case 'gathered':
        this.#gathering.get(message.id)?.(AggregatorRegistry.aggregate([...message.metrics]))
        this.#gathering.delete(message.id)
        break
      case 'reset':
        this.#own.resetMetrics()
        break
      default:
    }
  }

  #say(message: Message): void {
    // The first process may just have ended; then this one does, too.
    process.send?.(message, undefined, undefined, () => undefined)
  }
}
