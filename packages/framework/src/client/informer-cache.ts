import { setMaxListeners } from 'node:events'
import type { KubeObject } from '../meta/object.ts'
import type { Client } from './client.ts'
import { Informer, type CacheListOptions, type InformerOptions } from './informer.ts'
import { kindKey, type NamespacedName, type ResourceKind } from './resource-kind.ts'

/** What of a kind is kept. */
interface Kept extends Pick<InformerOptions<KubeObject>, 'labelSelector' | 'fieldSelector' | 'transform'> {
  /** The only namespace to look at. Default: all. */
  readonly namespace?: string
}

/** Of all informers of a cache, or of single kinds. */
export interface InformerCacheOptions
  extends
    Pick<Kept, 'namespace' | 'transform'>,
    Pick<InformerOptions<KubeObject>, 'watchList' | 'backoff' | 'stallMs' | 'freeze' | 'clock'> {
  /** Of some kinds less, or otherwise. */
  readonly byKind?: readonly (Kept & { readonly kind: ResourceKind })[]
  /** How often controllers look at every object again; up to a tenth more or less, by chance. Default ten hours; 0: never. */
  readonly resyncMs?: number
  readonly onError?: (error: unknown, kind: ResourceKind) => void
}

/** Source: controller-runtime cache.Options.SyncPeriod. */
const resyncsAfterMs = 10 * 60 * 60_000

/** One informer for each kind, shared by all who ask. Started informers run until the signal of `start` aborts. */
export class InformerCache {
  readonly #client: Client
  readonly #options: InformerCacheOptions
  readonly #informers = new Map<string, Informer<KubeObject>>()
  readonly #running = new Set<Promise<void>>()
  #signal: AbortSignal | undefined

  constructor(client: Client, options: InformerCacheOptions = {}) {
    this.#client = client
    this.#options = options
  }

  /** The informer of a kind; it is made, and started when the cache is, by the first who asks. */
  informer<T extends KubeObject>(kind: ResourceKind<T>): Informer<T> {
    const key = kindKey(kind)
    const known = this.#informers.get(key)
    // Of one kind there is one type: the key says which.
    if (known) return known as unknown as Informer<T>
    const { onError, byKind = [], resyncMs = resyncsAfterMs, ...all } = this.#options
    const { kind: _, ...own } = byKind.find((each) => kindKey(each.kind) === key) ?? { kind }
    const { namespace, transform, ...options } = { ...all, ...own }
    const informer = new Informer<T>(this.#client.resource(kind).namespace(namespace), {
      ...options,
      ...(transform ? { transform: transform as unknown as (object: T) => T } : {}),
      resyncMs: resyncMs * (0.9 + Math.random() * 0.2),
      onError: (error) => onError?.(error, kind),
    })
    this.#informers.set(key, informer as unknown as Informer<KubeObject>)
    if (this.#signal) this.#run(informer as unknown as Informer<KubeObject>, this.#signal)
    return informer
  }

  /** From the cache; waits, the first time, until the objects of the kind are here. */
  async get<T extends KubeObject>(
    kind: ResourceKind<T>,
    { namespace, name }: NamespacedName,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    const informer = await this.#synced(kind, signal)
    return informer.get(name, namespace)
  }

  /** As {@link get}, in no particular order. */
  async list<T extends KubeObject>(
    kind: ResourceKind<T>,
    options: CacheListOptions = {},
    signal?: AbortSignal,
  ): Promise<T[]> {
    const informer = await this.#synced(kind, signal)
    return informer.list(options)
  }

  /** Runs the informers there are and those to come. Resolves when all have ended, which is after the signal aborts. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#signal) throw new TypeError('the cache was started already')
    this.#signal = signal
    // Each informer listens: many are no leak.
    setMaxListeners(0, signal)
    for (const informer of this.#informers.values()) this.#run(informer, signal)
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  /** Waits until every informer that there is has its objects; rejects with the signal's reason. */
  async synced(signal?: AbortSignal): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.synced(signal)))
  }

  /** Throws, for a health check, when one of the informers hangs. */
  checkHealth(): void {
    for (const informer of this.#informers.values()) informer.checkHealth()
  }

  async #synced<T extends KubeObject>(kind: ResourceKind<T>, signal: AbortSignal | undefined): Promise<Informer<T>> {
    if (!this.#signal) throw new TypeError('the cache is not started, can not read objects')
    const informer = this.informer(kind)
    await informer.synced(signal)
    return informer
  }

  #run(informer: Informer<KubeObject>, signal: AbortSignal): void {
    const running = informer.run(signal).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }
}
