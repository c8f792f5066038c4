import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../client/client.ts'
import { isNotFound } from '../../client/error-kinds.ts'
import { Informer } from '../../client/informer.ts'
import type { ResourceKind } from '../../client/resource-kind.ts'
import type { KubeObject } from '../../meta/object.ts'
import type { NamespaceSource, NamespaceState } from './namespace-lifecycle.ts'

interface Namespace extends KubeObject {
  status?: { phase?: string }
}

const Namespace: ResourceKind<Namespace> = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  scope: 'Cluster',
}

/** How long a request waits for the first list of namespaces. */
const syncWaitMs = 10_000

/** The namespaces of the cluster: a copy that is kept up to date, and the cluster itself for what the copy does not have. */
export class ClusterNamespaces implements NamespaceSource {
  readonly #client: Client
  readonly #informer: Informer<Namespace>
  readonly #abort = new AbortController()
  #running: Promise<void> | undefined

  constructor(client: Client, options: { readonly onError?: (error: unknown) => void } = {}) {
    this.#client = client
    this.#informer = new Informer(client.resource(Namespace), { ...options, transform: essence })
  }

  get hasSynced(): boolean {
    return this.#informer.hasSynced
  }

  start(): void {
    this.#running ??= this.#informer.run(this.#abort.signal)
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#abort.abort()
    await this.#running
  }

  async ready(signal: AbortSignal): Promise<boolean> {
    if (this.#informer.hasSynced) return true
    const end = new AbortController()
    try {
      await Promise.race([
        this.#informer.synced(end.signal),
        sleep(syncWaitMs, undefined, { signal: AbortSignal.any([signal, end.signal]) }),
      ])
    } finally {
      end.abort()
    }
    return this.#informer.hasSynced
  }

  get(name: string): NamespaceState | undefined {
    const namespace = this.#informer.get(name)
    return namespace && stateOf(namespace)
  }

  async live(name: string, signal: AbortSignal): Promise<NamespaceState | undefined> {
    try {
      return stateOf(await this.#client.resource(Namespace).get(name, { signal }))
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }
}

const stateOf = ({ metadata, status }: Namespace): NamespaceState => ({
  terminating: status?.phase === 'Terminating' || metadata.deletionTimestamp !== undefined,
})

/** As little as is asked about, of thousands of namespaces. */
function essence({ apiVersion, kind, metadata, status }: Namespace): Namespace {
  const { name, resourceVersion, deletionTimestamp } = metadata
  return {
    apiVersion,
    kind,
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    ...(status?.phase === undefined ? {} : { status: { phase: status.phase } }),
  }
}
