import type { NamespaceSource } from '../../auth/admission/namespace-lifecycle.ts'
import type { Resource } from '../../registry/resource.ts'
import type { ResourceRegistry } from '../../registry/resource-registry.ts'
import { StorageError } from '../../storage/storage-error.ts'
import { CoreEventResource, EventResource } from './events.ts'
import { LeaseResource } from './leases.ts'
import { NamespaceController } from './namespace-controller.ts'
import { NamespaceResource } from './namespaces.ts'

/** What kubectl and a controller need from a cluster, where there is none behind the server. */
export class ClusterResources implements NamespaceSource {
  readonly #namespaces = new NamespaceResource()
  readonly #controller: NamespaceController

  constructor(registry: ResourceRegistry) {
    this.#controller = new NamespaceController(this.#namespaces, registry)
  }

  get resources(): readonly Resource[] {
    return [this.#namespaces, new CoreEventResource(), new EventResource(), new LeaseResource()]
  }

  async get(name: string): Promise<{ terminating: boolean } | undefined> {
    try {
      const { object } = await this.#namespaces.storage.get(this.#namespaces.keyOf('', name))
      return { terminating: !!object.metadata.deletionTimestamp }
    } catch (error) {
      if (error instanceof StorageError && error.code === 'KeyNotFound') return undefined
      throw error
    }
  }

  /** When the stores are open. */
  start(): Promise<void> {
    return this.#controller.start()
  }

  close(): Promise<void> {
    return this.#controller.close()
  }
}
