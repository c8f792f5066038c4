import type { Socket } from 'node:net'
import { AggregatorRegistry, type Registry } from 'prom-client'
import type { BackendGroup } from '../../storage/backend.ts'
import type { Listener } from '../serving/listener.ts'
import { Hearing } from './hearing.ts'
import type { Message } from './messages.ts'
import { workerVariables } from './primary.ts'
import type { GatheredMetrics, Processes } from './processes.ts'

/** This process, one of several that serve. */
export class WorkerProcess implements Processes, GatheredMetrics, Listener {
  readonly leads = process.env[workerVariables.index] === '0'
  readonly #token = process.env[workerVariables.token] ?? ''
  readonly #own: () => Registry
  readonly #hearing = new Hearing()
  readonly #gathering = new Map<number, (registry: Registry) => void>()
  #last = 0
  #take: (connection: Socket) => void = () => undefined
  #listening: { readonly resolve: (port: number) => void; readonly reject: (error: Error) => void } | undefined
  #closed: (() => void) | undefined
  /** Told when this process is to come to its end. */
  onStop: () => void = () => undefined

  constructor(own: () => Registry) {
    this.#own = own
    process.on('message', (message: Message, connection?: Socket) => {
      this.#hear(message, connection)
    })
  }

  backendGroup(store: number): BackendGroup {
    return this.#hearing.group(store, { isKeeper: false, token: this.#token }, () => {
      this.#say({ kind: 'wrote', store })
    })
  }

  get listener(): Listener {
    return this
  }

  listen(take: (connection: Socket) => void): Promise<number> {
    this.#take = take
    return new Promise((resolve, reject) => {
      this.#listening = { resolve, reject }
      this.#say({ kind: 'listen' })
    })
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closed = resolve
      this.#say({ kind: 'close' })
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

  #hear(message: Message, connection: Socket | undefined): void {
    switch (message.kind) {
      case 'connection':
        this.#receive(message.id, connection)
        break
      case 'listening':
        this.#listening?.resolve(message.port)
        break
      case 'refused':
        this.#listening?.reject(Object.assign(new Error(message.error.message), message.error))
        break
      case 'closed':
        this.#closed?.()
        break
      case 'wrote':
        this.#hearing.wrote(message.store)
        break
      case 'stop':
        this.onStop()
        break
      case 'tell':
        void this.#own()
          .getMetricsAsJSON()
          .then((metrics) => {
            this.#say({ kind: 'report', id: message.id, metrics })
          })
        break
      case 'gathered':
        this.#gathering.get(message.id)?.(AggregatorRegistry.aggregate([...message.metrics]))
        this.#gathering.delete(message.id)
        break
      case 'reset':
        this.#own().resetMetrics()
        break
      default:
    }
  }

  #receive(id: number, connection: Socket | undefined): void {
    // Before anything of it is read: what nobody says to have taken is given to another.
    this.#say({ kind: 'taken', id })
    const left = (): void => {
      this.#say({ kind: 'left' })
    }
    // It may have ended on its way.
    if (!connection) {
      left()
      return
    }
    connection.once('close', left)
    this.#take(connection)
  }

  #say(message: Message): void {
    // The first process may just have ended; then this one does, too.
    process.send?.(message, undefined, undefined, () => undefined)
  }
}
