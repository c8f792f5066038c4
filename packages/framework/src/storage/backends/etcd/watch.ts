import { setTimeout } from 'node:timers/promises'
import type { BackendEvent, BackendEvents } from '../../backend.ts'
import { StorageError } from '../../storage-error.ts'
import type { Cluster } from './cluster.ts'
import type { Endpoint, WatchCall } from './endpoint.ts'
import { compacted, isServiceError, isTransient, readFailure } from './failures.ts'
import { encodeWatchCreate, watchProgressRequest, type WatchResponse } from './watch-messages.ts'

export interface WatchOptions {
  readonly key: Buffer
  /** Absent: only `key`. */
  readonly rangeEnd?: Buffer
  readonly after: number
  /** Told the compacted revision when history that was asked for is gone. */
  readonly onCompacted: (revision: number) => void
}

const firstPauseMilliseconds = 25
const maxPauseMilliseconds = 1000
const connectMilliseconds = 20_000

/**
 * One watch, over a stream of its own: a reader that is slow then slows down nobody else. When the stream breaks, the
 * watch resumes after the last revision that it has reached, with the next server.
 */
export class Watch {
  readonly #cluster: Cluster
  readonly #options: WatchOptions
  #after: number
  #call: WatchCall | undefined
  #endpoint: Endpoint | undefined
  #created = false
  #progressWanted = false
  #ended = false
  #pauseMilliseconds = 0
  readonly #abort = new AbortController()

  constructor(cluster: Cluster, options: WatchOptions) {
    this.#cluster = cluster
    this.#options = options
    this.#after = options.after
  }

  end(): void {
    this.#ended = true
    this.#abort.abort()
    this.#call?.cancel()
  }

  /** Asks the server how far it is. It answers when the watch has all events up to there. */
  requestProgress(): void {
    if (!this.#created) {
      this.#progressWanted = true
      return
    }
    const call = this.#call
    void this.#endpoint?.progressIsSafe().then((safe) => {
      if (safe && call && call === this.#call) call.write(watchProgressRequest)
    })
  }

  /** Events in order, and word of the progress. Throws StorageError `Compacted`. */
  async *read(): AsyncGenerator<BackendEvents> {
    try {
      while (!this.#isEnded()) {
        try {
          yield* this.#stream()
        } catch (error) {
          if (this.#isEnded()) return
          this.#check(error)
        }
        await this.#pause()
      }
    } finally {
      this.end()
    }
  }

  async *#stream(): AsyncGenerator<BackendEvents> {
    const endpoint = await this.#connected()
    if (this.#isEnded()) return
    const { key, rangeEnd } = this.#options
    const call = endpoint.watch()
    // What comes after the reader has gone: that the call was cancelled
    call.on('error', () => undefined)
    this.#call = call
    this.#endpoint = endpoint
    try {
      const startRevision = this.#after + 1
      call.write(encodeWatchCreate({ key, startRevision, ...(rangeEnd && { rangeEnd }) }))
      yield* this.#batches(call)
    } catch (error) {
      if (isTransient(error)) this.#cluster.leave(endpoint)
      throw error
    } finally {
      this.#call = undefined
      this.#created = false
      call.cancel()
    }
  }

  async #connected(): Promise<Endpoint> {
    const { signal } = this.#abort
    const connected = this.#cluster.connected(performance.now() + connectMilliseconds, signal)
    let end: () => void = () => undefined
    // A server that does not even refuse is not waited for
    const ended = new Promise<never>((_resolve, reject) => {
      end = () => {
        reject(new NoServer())
      }
      signal.addEventListener('abort', end)
    })
    try {
      return await Promise.race([connected, ended])
    } catch (error) {
      throw error instanceof StorageError && error.code === 'Unreachable' ? new NoServer() : error
    } finally {
      signal.removeEventListener('abort', end)
    }
  }

  async *#batches(call: WatchCall): AsyncGenerator<BackendEvents> {
    let fragments: BackendEvent[] = []
    for await (const response of call as AsyncIterable<WatchResponse>) {
      if (response.canceled) throw this.#canceled(response)
      this.#pauseMilliseconds = 0
      if (response.created) this.#opened()
      else if (response.events.length) {
        if (response.previousLost) throw this.#compacted(0, response.revision)
        fragments = fragments.length ? fragments.concat(response.events) : [...response.events]
        if (response.fragment) continue
        const events = fragments
        fragments = []
        // While the watch catches up, the revision of the response is one whose events are still to come
        this.#after = events.at(-1)?.revision ?? this.#after
        yield { events, revision: this.#after }
      } else if (response.revision >= this.#after) {
        this.#after = response.revision
        yield { events: [], revision: this.#after }
      }
    }
  }

  #opened(): void {
    this.#created = true
    if (!this.#progressWanted) return
    this.#progressWanted = false
    this.requestProgress()
  }

  #canceled({ compactRevision, cancelReason, revision }: WatchResponse): Error {
    if (compactRevision) return this.#compacted(compactRevision, revision)
    if (refusal.test(cancelReason)) return new StorageError('Unreachable', `etcd: ${cancelReason}`)
    return new StreamEnd(`etcd has ended the watch: ${cancelReason}`)
  }

  #compacted(compactRevision: number, currentRevision: number): StorageError {
    if (compactRevision) this.#options.onCompacted(compactRevision)
    return compacted({ revision: this.#after, currentRevision })
  }

  /** Throws what no other try will make better. */
  #check(error: unknown): void {
    if (error instanceof StreamEnd || isTransient(error)) return
    if (error instanceof NoServer) return
    throw isServiceError(error) ? readFailure(error) : error
  }

  async #pause(): Promise<void> {
    const pause = this.#pauseMilliseconds
    this.#pauseMilliseconds = Math.min(maxPauseMilliseconds, 2 * pause || firstPauseMilliseconds)
    await setTimeout(pause * (0.9 + 0.2 * Math.random()), undefined, { signal: this.#abort.signal }).catch(
      () => undefined,
    )
  }

  #isEnded(): boolean {
    return this.#ended
  }
}

/** No other try will make these better. */
const refusal = /permission denied|invalid auth token|user name is empty/

/** The server has ended the watch, not the stream. */
class StreamEnd extends Error {}

class NoServer extends Error {}
