import type { Worker } from 'node:cluster'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { say } from './messages.ts'

/** Connections that no worker has taken yet: what is beyond is cut. */
const maxWaiting = 10_000
/** One that a worker has not taken by then never reached it, or waits until that worker can do anything again. */
const patienceMs = 5000

interface Taker {
  connections: number
  /** When it had its last one, in turns. */
  turn: number
  retired: boolean
  handed: { readonly id: number; readonly socket: Socket; readonly timer: NodeJS.Timeout } | undefined
}

/**
 * Listens for all workers, and hands each connection to the one that has fewest. A connection is kept here until a worker says that it has taken it, and
 * goes to another one when that worker has ended: node:cluster would leave it open with nobody there, or lose it.
 */
export class Door {
  readonly #server = createServer({ pauseOnConnect: true })
  readonly #takers = new Map<Worker, Taker>()
  readonly #waiting: Socket[] = []
  #listening: Promise<number> | undefined
  #turns = 0
  #ids = 0

  constructor() {
    this.#server.maxConnections = maxWaiting
    this.#server.on('connection', (socket) => {
      socket.on('error', () => undefined)
      this.#waiting.push(socket)
      this.#hand()
    })
  }

  /** Resolves to the port; rejects when it is taken. */
  open(port: number, address: string): Promise<number> {
    this.#listening ??= this.#listen(port, address)
    return this.#listening
  }

  /** From now on, this one has its share. */
  admit(worker: Worker): void {
    this.#takers.set(worker, { connections: 0, turn: 0, retired: false, handed: undefined })
    this.#hand()
  }

  /** It has this connection, and is free for the next. */
  taken(worker: Worker, id: number): void {
    const taker = this.#takers.get(worker)
    if (taker?.handed?.id !== id) return
    this.#release(taker)?.destroy()
    this.#hand()
  }

  /** One of its connections has ended. */
  left(worker: Worker): void {
    const taker = this.#takers.get(worker)
    if (taker) taker.connections--
  }

  /** It is to have no more than those that are on their way to it. With the last one, nobody gets in any more. */
  retire(worker: Worker): void {
    const taker = this.#takers.get(worker)
    if (taker) taker.retired = true
    if ([...this.#takers.values()].every(({ retired }) => retired)) this.close()
  }

  /** All that it has said has been heard. */
  gone(worker: Worker): void {
    const taker = this.#takers.get(worker)
    if (!taker) return
    this.#takers.delete(worker)
    const socket = this.#release(taker)
    if (socket) this.#waiting.unshift(socket)
    this.#hand()
    if (taker.retired) this.retire(worker)
  }

  /** May be called twice. */
  close(): void {
    this.#server.close()
    for (const socket of this.#waiting.splice(0)) socket.destroy()
  }

  async #listen(port: number, address: string): Promise<number> {
    this.#server.listen(port, address)
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  #hand(): void {
    for (;;) {
      const next = this.#next()
      const socket = next && this.#waiting.shift()
      if (!socket) return
      this.#give(socket, ...next)
    }
  }

  /** Of those that are not just being given one. */
  #next(): [Worker, Taker] | undefined {
    let best: [Worker, Taker] | undefined
    for (const entry of this.#takers) {
      const [, taker] = entry
      if (taker.retired || taker.handed) continue
      const more = best ? taker.connections - best[1].connections || taker.turn - best[1].turn : -1
      if (more < 0) best = entry
    }
    return best
  }

  #give(socket: Socket, worker: Worker, taker: Taker): void {
    const id = ++this.#ids
    const timer = setTimeout(() => {
      this.taken(worker, id)
    }, patienceMs)
    taker.handed = { id, socket, timer }
    taker.connections++
    taker.turn = ++this.#turns
    say(worker, { kind: 'connection', id }, socket)
  }

  #release(taker: Taker): Socket | undefined {
    const { handed } = taker
    clearTimeout(handed?.timer)
    taker.handed = undefined
    return handed?.socket
  }
}
