import type { ResourceRegistry } from '../../registry/resource-registry.ts'
import { FieldSelector } from '../../meta/field-selector.ts'
import { LabelSelector } from '../../meta/label-selector.ts'
import type { KubeObject } from '../../meta/object.ts'
import { everything } from '../../registry/predicate.ts'
import type { CollectionDeleter, Lister, ListOptions } from '../../registry/rest.ts'
import type { RequestContext } from '../../request/context.ts'
import { systemContext } from '../../request/system-context.ts'
import { StorageError } from '../../storage/storage-error.ts'
import type { NamespaceResource } from './namespaces.ts'

const all: ListOptions = {
  labelSelector: LabelSelector.everything,
  fieldSelector: FieldSelector.everything,
  limit: 0,
  continue: '',
  resourceVersion: '',
  resourceVersionMatch: '',
}

/** How long to wait before content that finalizers keep is looked at again. */
const retryMs = 500

/** Empties namespaces that terminate, then removes them: kube-controller-manager's part where there is no cluster. */
export class NamespaceController {
  readonly #namespaces: NamespaceResource
  readonly #registry: ResourceRegistry
  readonly #abort = new AbortController()
  readonly #busy = new Map<string, Promise<void>>()

  constructor(namespaces: NamespaceResource, registry: ResourceRegistry) {
    this.#namespaces = namespaces
    this.#registry = registry
    namespaces.onTerminating = (name) => {
      this.#begin(name)
    }
  }

  /** Makes `default`, and goes on with what was terminating when the server stopped. */
  async start(): Promise<void> {
    await this.#ensure('default')
    const list = await this.#namespaces.storage.list(this.#namespaces.resourcePrefix, {
      recursive: true,
      predicate: everything,
    })
    for (const { object } of list.items) if (object.metadata.deletionTimestamp) this.#begin(object.metadata.name ?? '')
  }

  /** Waits for the work under way. May be called twice. */
  async close(): Promise<void> {
    this.#abort.abort()
    await Promise.allSettled(this.#busy.values())
  }

  async #ensure(name: string): Promise<void> {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    try {
      await this.#namespaces.create(namespace, this.#context(''), {
        dryRun: false,
        checks: { schema: () => [], admission: () => Promise.resolve() },
      })
    } catch (error) {
      if ((error as { reason?: string }).reason !== 'AlreadyExists') throw error
    }
  }

  #begin(name: string): void {
    if (this.#busy.has(name)) return
    const work = this.#terminate(name).finally(() => this.#busy.delete(name))
    this.#busy.set(name, work)
  }

  async #terminate(name: string): Promise<void> {
    while (!this.#abort.signal.aborted) {
      try {
        if (await this.#empty(name)) {
          await this.#namespaces.remove(name)
          return
        }
      } catch (error) {
        if (error instanceof StorageError && (error.code === 'KeyNotFound' || error.code === 'Closed')) return
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs).unref())
    }
  }

  /** Asks for the deletion of everything in a namespace; true when nothing is left. */
  async #empty(namespace: string): Promise<boolean> {
    const ctx = this.#context(namespace)
    let left = 0
    for (const resource of this.#registry.resources) {
      const target = resource as unknown as Partial<CollectionDeleter<KubeObject> & Lister<KubeObject>>
      if (resource.storageVersion.scope === 'Cluster' || !target.deleteCollection || !target.list) continue
      await target.deleteCollection(all, ctx, { dryRun: false }, () => Promise.resolve())
      const list = await target.list(all, ctx)
      left += 'items' in list ? list.items.length : list.length
    }
    return left === 0
  }

  #context(namespace: string): RequestContext {
    return systemContext({ namespace, signal: this.#abort.signal })
  }
}
