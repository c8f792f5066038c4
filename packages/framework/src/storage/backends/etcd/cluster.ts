import { setTimeout } from 'node:timers/promises'
import { Endpoint, methods, type Keepalive, type Method, type TlsFiles } from './endpoint.ts'
import {
  closed,
  isDeadline,
  isServiceError,
  isTransient,
  isUnprocessed,
  readFailure,
  writeFailure,
} from './failures.ts'
import { StorageError, type StorageErrorFields } from '../../storage-error.ts'

export interface ClusterOptions {
  readonly servers: readonly string[]
  readonly tls: TlsFiles
  readonly keepalive: Keepalive
}

/** How long a call may take, other servers tried in that time included. */
export interface CallOptions {
  readonly timeoutSeconds: number
  readonly fields?: StorageErrorFields
}

const retryMilliseconds = 25
const reasonMilliseconds = 100

/** The servers of an etcd cluster. Calls go to one of them, and to the next when that fails. */
export class Cluster {
  readonly #endpoints: readonly Endpoint[]
  readonly #calls = new Set<Promise<unknown>>()
  #current = 0
  #closed = false

  constructor({ servers, tls, keepalive }: ClusterOptions) {
    if (!servers.length) throw new TypeError('EtcdBackend needs at least one server')
    this.#endpoints = servers.map((server) => new Endpoint(server, tls, keepalive))
  }

  /** A call that may be repeated without harm. Rejects with a StorageError. */
  read<R>(method: Method<R>, request: Buffer, options: CallOptions): Promise<R> {
    return this.#track(this.#read(method, request, options))
  }

  /** A call that is sent again only if it is certain that no server has carried it out. Rejects with a StorageError. */
  write<R>(method: Method<R>, request: Buffer, options: CallOptions): Promise<R> {
    return this.#track(this.#write(method, request, options))
  }

  /** A server that there is a connection to. Rejects with StorageError `Unreachable`, or `Closed` when the signal aborts. */
  async connected(until: number, signal?: AbortSignal): Promise<Endpoint> {
    const share = (until - performance.now()) / this.#endpoints.length
    for (let tried = 1; ; tried++) {
      if (this.#closed || signal?.aborted) throw closed()
      const endpoint = this.#endpoint()
      const left = until - performance.now()
      if (left > 0 && (await endpoint.connect(Math.min(left, share)))) return endpoint
      this.leave(endpoint)
      if (performance.now() >= until) throw await unreachable(endpoint)
      if (tried % this.#endpoints.length === 0) await pause()
    }
  }

  /** The next call is for another server, if `endpoint` is the one in use. */
  leave(endpoint: Endpoint): void {
    if (this.#endpoint() === endpoint) this.#current = (this.#current + 1) % this.#endpoints.length
  }

  /** Waits for the calls that are going on. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#calls)
    for (const endpoint of this.#endpoints) endpoint.close()
  }

  async #read<R>(method: Method<R>, request: Buffer, { timeoutSeconds, fields }: CallOptions): Promise<R> {
    const until = performance.now() + timeoutSeconds * 1000
    // A server that hangs is to leave time for the others
    const share = (timeoutSeconds * 1000) / this.#endpoints.length
    let last: unknown
    for (;;) {
      const endpoint = await this.connected(until).catch((error: unknown) => {
        throw this.#closed || last === undefined ? error : readFailure(last, fields)
      })
      try {
        return await endpoint.call(method, request, Math.min(share, until - performance.now()))
      } catch (error) {
        if (!isTransient(error)) throw readFailure(error, fields)
        this.leave(endpoint)
        // What a server said tells more than that the time is over
        if (last === undefined || !isDeadline(error)) last = error
        if (this.#closed) throw closed(error)
        if (performance.now() + retryMilliseconds >= until) throw readFailure(last, fields)
        await pause()
      }
    }
  }

  async #write<R>(method: Method<R>, request: Buffer, { timeoutSeconds, fields }: CallOptions): Promise<R> {
    const until = performance.now() + timeoutSeconds * 1000
    // What is sent late may be carried out, but not be answered in time
    const sendUntil = until - timeoutSeconds * 500
    let last: unknown
    for (;;) {
      const endpoint = await this.connected(sendUntil).catch((error: unknown) => {
        throw this.#closed || last === undefined ? error : writeFailure(last, fields)
      })
      try {
        return await endpoint.call(method, request, until - performance.now())
      } catch (error) {
        if (isTransient(error)) this.leave(endpoint)
        if (!isUnprocessed(error) || this.#closed || performance.now() + retryMilliseconds >= sendUntil)
          throw writeFailure(error, fields)
        last = error
        await pause()
      }
    }
  }

  #endpoint(): Endpoint {
    const endpoint = this.#endpoints[this.#current]
    if (!endpoint) throw new RangeError('etcd: no such server')
    return endpoint
  }

  async #track<R>(call: Promise<R>): Promise<R> {
    this.#calls.add(call)
    try {
      return await call
    } finally {
      this.#calls.delete(call)
    }
  }
}

/** With the reason for which there is no connection: only a call tells. */
async function unreachable(endpoint: Endpoint): Promise<StorageError> {
  const cause: unknown = await endpoint.call(methods.status, Buffer.alloc(0), reasonMilliseconds).then(
    () => undefined,
    (error: unknown) => error,
  )
  const reason = isServiceError(cause) ? `: ${cause.details}` : ''
  return new StorageError('Unreachable', `etcd: no server can be reached${reason}`, { cause })
}

/** 25 ms, give or take 10 %, so that many clients do not come at once. */
function pause(): Promise<void> {
  return setTimeout(retryMilliseconds * (0.9 + 0.2 * Math.random()))
}
