import type { Cluster, Worker } from 'node:cluster'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { BackendGroup } from '../../storage/backend.ts'
import { Door } from './door.ts'
import { Gathering } from './gathering.ts'
import { Hearing } from './hearing.ts'
import { say, type ListenError, type Message } from './messages.ts'
import type { Processes } from './processes.ts'

/** What a worker finds in its environment: its number, from 0, and the word that all processes of its server have in common. */
export const workerVariables = { index: 'APISERVER_KIT_WORKER', token: 'APISERVER_KIT_WORKERS_TOKEN' }

export interface ListeningAddress {
  readonly port: number
  readonly address: string
}

const firstRestartMs = 100
const longestRestartMs = 10_000
/** In a row, of one worker that came to its end before it had lived for {@link longestRestartMs}. */
const maxShortLives = 6

/**
 * The first process of a server with workers. It serves nobody: it keeps the stores, hands connections to the workers, tells each of what the others
 * wrote, and starts another in the place of one that has ended.
 */
export class Primary implements Processes {
  readonly leads = false
  readonly #cluster: Cluster
  readonly #count: number
  readonly #log: Logger
  readonly #token = randomUUID()
  readonly #hearing = new Hearing()
  readonly #gathering = new Gathering()
  readonly #door = new Door()
  readonly #address: ListeningAddress
  readonly #workers = new Map<number, Worker>()
  #stopping = false
  #failed = false
  /** Told when the server cannot go on, in words for whoever runs it. */
  onHopeless: (why: string) => void = () => undefined

  constructor(cluster: Cluster, count: number, address: ListeningAddress, log: Logger) {
    this.#cluster = cluster
    this.#count = count
    this.#address = address
    this.#log = log
  }

  backendGroup(store: number): BackendGroup {
    return this.#hearing.group(store, { isKeeper: true, token: this.#token }, () => {
      this.#tellAll({ kind: 'wrote', store })
    })
  }

  /** Resolves to the server's address when all serve; undefined: one cannot serve, and said why. */
  async start(): Promise<string | undefined> {
    // The first alone: it makes certificates and what else is missing.
    const url = await this.#start(0)
    if (url === undefined || this.#stopping) return undefined
    const others = Array.from({ length: this.#count - 1 }, (_, i) => this.#start(i + 1))
    const started = [...this.#workers]
    const ready = await Promise.all(others)
    // Whoever was killed did not choose to end, and another takes its place.
    if (started.some(([, worker], at) => at > 0 && !ready[at - 1] && worker.process.signalCode === null))
      return undefined
    for (const [index, worker] of started) this.#replaceWhenGone(index, worker)
    return url
  }

  /** Resolves to whether all have come to a good end. */
  async stop(): Promise<boolean> {
    this.#stopping = true
    const ends = [...this.#workers.values()].map((worker) => gone(worker))
    this.#tellAll({ kind: 'stop' })
    await Promise.all(ends)
    this.#door.close()
    return !this.#failed
  }

  /** At once. */
  kill(): void {
    this.#stopping = true
    for (const worker of this.#workers.values()) worker.process.kill('SIGKILL')
  }

  #fork(index: number): Worker {
    const worker = this.#cluster.fork({ [workerVariables.index]: String(index), [workerVariables.token]: this.#token })
    this.#workers.set(index, worker)
    worker.on('error', (error) => {
      this.#log.error({ err: error, worker: index }, 'a worker cannot be spoken to')
    })
    worker.on('message', (message: Message) => {
      this.#hear(worker, message)
    })
    // After 'exit', and after the last word; 'disconnect' does not come when a connection is just on its way.
    worker.process.once('close', () => {
      this.#door.gone(worker)
    })
    worker.on('exit', (code) => {
      if (this.#workers.get(index) === worker) this.#workers.delete(index)
      this.#gathering.gone(worker)
      if (this.#stopping && code !== 0) this.#failed = true
      // Perhaps it could not say so any more.
      for (const store of this.#hearing.mayHaveWritten()) this.#tellAll({ kind: 'wrote', store })
    })
    return worker
  }

  /** Resolves to the server's address when it serves, to undefined when it has ended before. */
  #start(index: number): Promise<string | undefined> {
    const worker = this.#fork(index)
    return new Promise((resolve) => {
      const ended = (_code: number, signal: string | null): void => {
        if (signal) this.#log.error({ worker: index, signal }, 'a worker has ended before it was ready')
        resolve(undefined)
      }
      worker.once('exit', ended)
      worker.on('message', (message: Message) => {
        if (message.kind !== 'ready') return
        worker.off('exit', ended)
        resolve(message.url)
      })
    })
  }

  /** `shortLives`: how many there were before it in its place, one after the other. */
  #replaceWhenGone(index: number, worker: Worker, shortLives = 0): void {
    const born = performance.now()
    void gone(worker).then(async () => {
      if (this.#stopping) return
      const { exitCode, signalCode } = worker.process
      this.#log.error({ worker: index, exitCode, signalCode }, 'a worker has ended, and another takes its place')
      // One that cannot live is not started over and over.
      const short = performance.now() - born < longestRestartMs ? shortLives + 1 : 0
      if (short === maxShortLives) {
        this.onHopeless(hopeless(index, exitCode, signalCode))
        return
      }
      await sleep(short > 1 ? Math.min(firstRestartMs * 2 ** (short - 1), longestRestartMs) : 0)
      if (this.#isStopping()) return
      const ready = this.#start(index)
      const next = this.#workers.get(index)
      if (next) this.#replaceWhenGone(index, next, short)
      if (await ready) this.#log.info({ worker: index }, 'a worker serves again')
    })
  }

  /** May have changed while something waited. */
  #isStopping(): boolean {
    return this.#stopping
  }

  #hear(from: Worker, message: Message): void {
    switch (message.kind) {
      case 'wrote':
        for (const worker of this.#workers.values()) if (worker !== from) say(worker, message)
        this.#hearing.wrote(message.store)
        break
      case 'listen':
        void this.#listen(from)
        break
      case 'taken':
        this.#door.taken(from, message.id)
        break
      case 'left':
        this.#door.left(from)
        break
      case 'close':
        this.#door.retire(from)
        say(from, { kind: 'closed' })
        break
      case 'gather':
        void this.#gathering.of([...this.#workers.values()]).then((metrics) => {
          say(from, { kind: 'gathered', id: message.id, metrics })
        })
        break
      case 'report':
        this.#gathering.report(message.id, from, message.metrics)
        break
      case 'reset':
        this.#tellAll(message)
        break
      default:
    }
  }

  async #listen(worker: Worker): Promise<void> {
    try {
      const port = await this.#door.open(this.#address.port, this.#address.address)
      say(worker, { kind: 'listening', port })
      this.#door.admit(worker)
    } catch (error) {
      const { message, code, port, address } = error as ListenError
      say(worker, { kind: 'refused', error: { message, code, port, address } })
    }
  }

  #tellAll(message: Message): void {
    for (const worker of this.#workers.values()) say(worker, message)
  }
}

async function gone(worker: Worker): Promise<void> {
  if (!worker.isDead()) await once(worker, 'exit')
}

/** What happened again and again, and what to do about it. */
function hopeless(index: number, exitCode: number | null, signal: string | null): string {
  const [how, todo] =
    signal === 'SIGKILL'
      ? ['was killed', 'perhaps for want of memory: allow the server more of it, or give it fewer --workers']
      : [`ended with ${signal ?? String(exitCode)}`, 'it said why above; with --workers 1, one process shows the same']
  return `error: worker ${String(index)} ${how} ${String(maxShortLives)} times, each time soon after its start; ${todo}`
}
