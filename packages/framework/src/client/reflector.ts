import type { KubeObject } from '../meta/object.ts'
import { StatusError } from '../meta/status.ts'
import { systemClock, type Clock } from '../util/clock.ts'
import { Backoff, type BackoffOptions } from './backoff.ts'
import { ConnectionError } from './connection-error.ts'
import { isConnectionRefused, isExpired, isTooLargeResourceVersion, isTooManyRequests } from './error-kinds.ts'
import { listForReflector } from './reflector-list.ts'
import type { ListOptions } from './request-options.ts'
import type { ResourceClient } from './resource-client.ts'
import { namespacedName, objectKey } from './resource-kind.ts'
import { StallWatchdog } from './stall-watchdog.ts'
import type { WatchEvent } from './watch-stream.ts'

/** What a reflector keeps up to date. */
export interface ReflectorStore<T extends KubeObject> {
  /** These are all objects there are. */
  replace(items: readonly T[]): void
  /** Added or changed. */
  set(object: T): void
  delete(object: T): void
}

/** Of a Reflector: selectors, pages, its waits after failures. */
export interface ReflectorOptions {
  readonly labelSelector?: ListOptions['labelSelector']
  readonly fieldSelector?: ListOptions['fieldSelector']
  /** Ask first for a watch that begins with the objects there are; servers that have none of it are listed. Default true. */
  readonly watchList?: boolean
  /** Default 800 ms to 30 s, doubled, with up to as much by chance; from the start again after two healthy minutes. */
  readonly backoff?: BackoffOptions
  /** Told of every failure; the reflector goes on by itself. */
  readonly onError?: (error: unknown) => void
  /**
   * A watch of a server that sends bookmarks, and then nothing for so long, is dead although its connection does not say
   * so: it is opened anew. Default three minutes; servers send a bookmark about every minute.
   */
  readonly stallMs?: number
  /** Default: the machine's. */
  readonly clock?: Clock
}

/** Source: client-go tools/cache/reflector.go. */
const backoffOfReflectors: BackoffOptions = { initialMs: 800, maxMs: 30_000, resetAfterMs: 120_000 }
const minWatchSeconds = 300
/** A watch shorter than this that told nothing is taken for a fault of the server. */
const veryShortMs = 1000
/** No request and no watch can be silent for longer without being ended: who is, hangs. */
const hangsAfterMs = 12 * 60_000
const initialEventsEnd = 'k8s.io/initial-events-end'

/** Bookmarks come about every minute. */
const stallsAfterMs = 180_000

interface WatchFrom {
  readonly resourceVersion?: string
  readonly sendInitialEvents?: true
}

type Events<T extends KubeObject> = AsyncGenerator<WatchEvent<T>, void, undefined>

/**
 * Keeps a store the same as what a server has: initial objects, then their changes, whatever happens to the
 * connection. Never gives up before its signal aborts. Source: client-go tools/cache/reflector.go.
 */
export class Reflector<T extends KubeObject> {
  readonly #resource: ResourceClient<T>
  readonly #store: ReflectorStore<T>
  readonly #options: ReflectorOptions
  readonly #backoff: Backoff
  readonly #clock: Clock
  #resourceVersion = ''
  /** The last time that anything came of a request, even if it was a failure. */
  #activeAt: number | undefined
  /** The server sends bookmarks now and then. */
  #bookmarks = false
  /** A server that pages an answer from its cache is asked in pages from then on. */
  #paged = false

  constructor(resource: ResourceClient<T>, store: ReflectorStore<T>, options: ReflectorOptions = {}) {
    this.#resource = resource
    this.#store = store
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#backoff = new Backoff(options.backoff ?? backoffOfReflectors, this.#clock)
  }

  /** The version that the store has reached; empty before the first objects came. */
  get resourceVersion(): string {
    return this.#resourceVersion
  }

  /** Throws, for a health check, when it hangs. A server that does not answer is no fault of this process, and no reason. */
  checkHealth(): void {
    const silentMs = this.#clock.now() - (this.#activeAt ?? Infinity)
    if (silentMs > hangsAfterMs)
      throw new Error(
        `${this.#resource.kind.plural}: nothing has happened for ${String(Math.round(silentMs / 1000))} s`,
      )
  }

  /** Resolves when the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#activeAt = this.#clock.now()
      try {
        await this.#round(signal)
      } catch (error) {
        if (isAborted(signal)) break
        this.#options.onError?.(error)
        await this.#backoff.wait(signal, retryAfterMs(error))
      }
    }
    this.#activeAt = undefined
  }

  /** Initial objects, then changes until something makes it begin again: that something is thrown. */
  async #round(signal: AbortSignal): Promise<void> {
    let events = this.#options.watchList === false ? undefined : await this.#watchList(signal)
    if (!events) await this.#list(signal)
    while (!signal.aborted) {
      const startedAt = this.#clock.now()
      this.#activeAt = startedAt
      events ??= this.#watch(signal)
      let count = 0
      try {
        for (let next = await events.next(); !next.done; next = await events.next()) {
          count++
          this.#take(next.value)
        }
      } catch (error) {
        if (isAborted(signal)) return
        await this.#survive(error, signal, count === 0 && this.#clock.now() - startedAt < veryShortMs)
        continue
      } finally {
        await events.return()
        events = undefined
      }
      if (count === 0 && this.#clock.now() - startedAt < veryShortMs && !isAborted(signal))
        throw new ConnectionError('very short watch: the server ended it without an event', { code: 'ESHORTWATCH' })
    }
  }

  /** Waits where the same version can be watched again; throws where it cannot. */
  async #survive(error: unknown, signal: AbortSignal, veryShort: boolean): Promise<void> {
    const broken = error instanceof ConnectionError && error.code !== 'EPROTO'
    if (!broken && !isTooManyRequests(error)) throw error
    this.#options.onError?.(error)
    // A connection that held a while and broke is what load balancers do: no reason to wait.
    if (!broken || veryShort || isConnectionRefused(error)) await this.#backoff.wait(signal, retryAfterMs(error))
  }

  #take(event: WatchEvent<T>): void {
    this.#activeAt = this.#clock.now()
    if (event.type !== 'BOOKMARK') {
      if (!this.#expected(event.object)) return
      if (event.type === 'DELETED') this.#store.delete(event.object)
      else this.#store.set(event.object)
    }
    this.#resourceVersion = event.object.metadata.resourceVersion ?? this.#resourceVersion
  }

  async *#watch(signal: AbortSignal, more: WatchFrom = {}): Events<T> {
    const end = new AbortController()
    const stop = (): void => end.abort()
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    const watchdog = new StallWatchdog(this.#clock, this.#options.stallMs ?? stallsAfterMs, stop)
    if (this.#bookmarks) watchdog.arm()
    try {
      for await (const event of this.#open(end.signal, more)) {
        watchdog.heard()
        if (event.type === 'BOOKMARK' && !this.#bookmarks && !endsInitialEvents(event)) {
          this.#bookmarks = true
          watchdog.arm()
        }
        yield event
      }
      if (end.signal.aborted && !signal.aborted)
        throw new ConnectionError('the watch has stalled: not even a bookmark came', { code: 'ESTALLED' })
    } finally {
      watchdog.close()
      signal.removeEventListener('abort', stop)
    }
  }

  #open(signal: AbortSignal, more: WatchFrom): Events<T> {
    const timeoutSeconds = Math.floor(minWatchSeconds * (1 + Math.random()))
    const initial = more.sendInitialEvents ? ({ resourceVersionMatch: 'NotOlderThan' } as const) : {}
    return this.#resource.watch({
      ...this.#selectors(),
      resourceVersion: this.#resourceVersion,
      ...initial,
      ...more,
      timeoutSeconds,
      signal,
    })
  }

  /**
   * One watch that tells the objects there are, and goes on with their changes. Undefined when the server does not do
   * this: then it is listed.
   */
  async #watchList(signal: AbortSignal): Promise<Events<T> | undefined> {
    let resourceVersion = this.#resourceVersion
    while (!signal.aborted) {
      const startedAt = this.#clock.now()
      this.#activeAt = startedAt
      const events = this.#watch(signal, { resourceVersion, sendInitialEvents: true })
      try {
        if (await this.#initialEvents(events)) return events
        // Ended before all was told: again, with nothing kept; the time it took keeps this from spinning.
        if (this.#clock.now() - startedAt < veryShortMs) return undefined
      } catch (error) {
        if (isAborted(signal)) return undefined
        const stale = resourceVersion !== '' && (isExpired(error) || isTooLargeResourceVersion(error))
        if (stale) resourceVersion = ''
        else if (isConnectionRefused(error) || isTooManyRequests(error)) {
          this.#options.onError?.(error)
          await this.#backoff.wait(signal, retryAfterMs(error))
        } else return undefined
      }
      await events.return()
    }
    return undefined
  }

  /** True when the bookmark came that ends the initial events: only then does the store hear of them. */
  async #initialEvents(events: Events<T>): Promise<boolean> {
    const objects = new Map<string, T>()
    for (let next = await events.next(); !next.done; next = await events.next()) {
      const { type, object } = next.value
      this.#activeAt = this.#clock.now()
      if (type === 'BOOKMARK') {
        if (!endsInitialEvents(next.value)) continue
        this.#store.replace([...objects.values()])
        this.#resourceVersion = object.metadata.resourceVersion ?? ''
        return true
      }
      if (!this.#expected(object)) continue
      const key = objectKey(namespacedName(object))
      if (type === 'DELETED') objects.delete(key)
      else objects.set(key, object)
    }
    return false
  }

  /** The first list may come from the server's cache; a later one must not be older than what the store has. */
  async #list(signal: AbortSignal): Promise<void> {
    const ask = (resourceVersion: string): ReturnType<typeof listForReflector<T>> =>
      listForReflector(this.#resource, { ...this.#selectors(), resourceVersion, signal }, this.#paged)
    const list = await ask(this.#resourceVersion || '0').catch((error: unknown) => {
      if (isExpired(error) || isTooLargeResourceVersion(error)) return ask('')
      throw error
    })
    this.#paged ||= list.pagedFromCache
    this.#store.replace(list.items)
    this.#resourceVersion = list.resourceVersion
  }

  #selectors(): Pick<ListOptions, 'labelSelector' | 'fieldSelector'> {
    const { labelSelector, fieldSelector } = this.#options
    return { ...(labelSelector ? { labelSelector } : {}), ...(fieldSelector ? { fieldSelector } : {}) }
  }

  #expected({ kind }: KubeObject): boolean {
    if (kind === this.#resource.kind.kind) return true
    this.#options.onError?.(
      new ConnectionError(`expected ${this.#resource.kind.kind} in the watch stream, but got ${kind}`, {
        code: 'EPROTO',
      }),
    )
    return false
  }
}

const endsInitialEvents = ({ object }: WatchEvent): boolean =>
  object.metadata.annotations?.[initialEventsEnd] === 'true'

const retryAfterMs = (error: unknown): number =>
  error instanceof StatusError ? 1000 * (error.status.details?.retryAfterSeconds ?? 0) : 0

/** A call, because the compiler believes that what it has seen false in a loop's condition stays false. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted
