import type { Resource } from '../registry/resource.ts'
import type { Backend } from '../storage/backend.ts'
import { Cacher } from '../storage/cacher/index.ts'
import type { Storage } from '../storage/storage.ts'
import { Store } from '../storage/store.ts'

/** Where the resources of one server are kept: in the store that they share, but for those that have one of their own. */
export class ServerStores {
  readonly #shared: Backend
  readonly #prefix: string
  readonly #own = new Map<Resource, Backend>()
  readonly #storages: Storage[] = []

  constructor(shared: Backend, prefix: string) {
    this.#shared = shared
    this.#prefix = prefix
  }

  /** Only before {@link open}. */
  assign(resource: Resource, backend: Backend): void {
    this.#own.set(resource, backend)
  }

  get backends(): ReadonlySet<Backend> {
    return new Set([this.#shared, ...this.#own.values()])
  }

  /** Rejects when a store cannot be opened. */
  async open(resources: readonly Resource[]): Promise<void> {
    await Promise.all([...this.backends].map((backend) => backend.open()))
    for (const resource of resources) this.#attach(resource)
    await Promise.all(this.#storages.map((storage) => storage.ready()))
  }

  /** Rejects when a store does not answer. */
  async check(): Promise<void> {
    for (const backend of this.backends) await backend.currentRevision()
  }

  async close(): Promise<void> {
    for (const backend of this.backends) await backend.close()
  }

  #attach(resource: Resource): void {
    const backend = this.#own.get(resource) ?? this.#shared
    resource.attach({
      createStorage: (resourcePrefix, codec) => {
        const storage = new Cacher(new Store(backend, { prefix: this.#prefix, resourcePrefix, codec }))
        this.#storages.push(storage)
        return storage
      },
    })
  }
}
