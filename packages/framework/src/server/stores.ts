import type { Resource } from '../registry/resource.ts'
import type { Backend, BackendGroup } from '../storage/backend.ts'
import { Cacher } from '../storage/cacher/index.ts'
import type { Storage } from '../storage/storage.ts'
import { Store } from '../storage/store.ts'
import { observedBackend } from './metrics/observed-backend.ts'
import { tracedStorage } from './tracing/traced-storage.ts'
import type { StorageMetrics } from './metrics/storage-metrics.ts'
import { groupResource } from '../meta/group-version.ts'

/** Where the resources of one server are kept: in the store that they share, but for those that have one of their own. */
export class ServerStores {
  #shared: Backend
  readonly #prefix: string
  readonly #metrics: StorageMetrics
  readonly #own = new Map<Resource, Backend>()
  readonly #storages: Storage[] = []
  /** Whether they are opened and closed here. */
  #isOwner = true

  constructor(shared: Backend, prefix: string, metrics: StorageMetrics) {
    this.#metrics = metrics
    this.#shared = shared
    this.#prefix = prefix
  }

  /** Only before {@link open}. */
  assign(resource: Resource, backend: Backend): void {
    this.#own.set(resource, backend)
  }

  /**
   * Uses the stores that another server has open, instead of its own of the same sort: one directory has one writer. Throws a StoresDifferError when they are not
   * of the same sort, or kept for different resources. Only before {@link open}.
   */
  share(other: ServerStores): void {
    const named = new Map([...other.#own].map(([resource, backend]) => [nameOf(resource), backend]))
    const isSame = (a: Backend, b: Backend | undefined): boolean => a.constructor.name === b?.constructor.name
    const own = [...this.#own]
    if (
      this.#prefix !== other.#prefix ||
      own.length !== named.size ||
      !isSame(this.#shared, other.#shared) ||
      !own.every(([resource, backend]) => isSame(backend, named.get(nameOf(resource))))
    )
      throw new StoresDifferError('what is stored where has changed: the server has to start anew')
    this.#shared = other.#shared
    for (const [resource, backend] of own) this.#own.set(resource, named.get(nameOf(resource)) ?? backend)
    this.#isOwner = false
  }

  /** Those of another server, {@link share}d until now, are closed here from now on. */
  takeOver(other: ServerStores): void {
    this.#isOwner = true
    other.#isOwner = false
  }

  get backends(): ReadonlySet<Backend> {
    return new Set([this.#shared, ...this.#own.values()])
  }

  /** Several processes of this server are going to have its stores. Throws TypeError where one cannot be shared. */
  shareAmong(groupOf: (store: number) => BackendGroup): void {
    for (const [index, backend] of [...this.backends].entries()) {
      if (backend.share) backend.share(groupOf(index))
      else if (!backend.supports.sharedWriters)
        throw new TypeError('one of the stores can be had by one process only: leave --workers away')
    }
  }

  /** In a process that keeps the stores for others. */
  async keep(): Promise<void> {
    for (const backend of this.backends) if (backend.share) await backend.open()
  }

  /** Rejects when a store cannot be opened. */
  async open(resources: readonly Resource[], { traced = false } = {}): Promise<void> {
    if (this.#isOwner) await Promise.all([...this.backends].map((backend) => backend.open()))
    for (const resource of resources) this.#attach(resource, traced)
    await Promise.all(this.#storages.map((storage) => storage.ready()))
  }

  /** Rejects when a store does not answer, or not in time. */
  async check(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error('the store did not answer in time'))
      }, timeoutMs)
    })
    const answers = [...this.backends].map((backend) => backend.currentRevision())
    await Promise.race([Promise.all(answers), late]).finally(() => {
      clearTimeout(timer)
    })
  }

  async close(): Promise<void> {
    if (!this.#isOwner) return
    for (const backend of this.backends) await backend.close()
  }

  #attach(resource: Resource, traced: boolean): void {
    const backend = this.#own.get(resource) ?? this.#shared
    const { group, plural } = resource.storageVersion
    const place = { group, resource: plural }
    resource.attach({
      createStorage: (resourcePrefix, codec) => {
        // Reads that cost no network are not worth a clock.
        const seen = backend.supports.localReads ? backend : observedBackend(backend, this.#metrics.operations(place))
        const store = new Store(seen, { prefix: this.#prefix, resourcePrefix, codec })
        const { start, end } = store.root
        this.#metrics.objects(place, async () => (await backend.range(start, end, { limit: 1 })).count)
        const storage = new Cacher(store, { observer: this.#metrics.cache.observer(place) })
        this.#metrics.cache.shows(place, storage)
        this.#storages.push(storage)
        return traced ? tracedStorage(storage, groupResource(place)) : storage
      },
    })
  }
}

/** A server cannot take another one's place, as its stores are others. */
export class StoresDifferError extends Error {
  override readonly name = 'StoresDifferError'
}

const nameOf = ({ storageVersion: { group, plural } }: Resource): string => groupResource({ group, resource: plural })
