import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../client/client.ts'
import { isNotFound } from '../../client/error-kinds.ts'
import { Informer } from '../../client/informer.ts'
import type { ResourceKind } from '../../client/resource-kind.ts'
import type { KubeObject } from '../../meta/object.ts'
import type { NamespaceSource, NamespaceState } from './namespace-lifecycle.ts'

interface Namespace extends KubeObject {
  spec?: unknown
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
  /** The informer's own objects, which nobody changes: reading one copies nothing. */
  readonly #known = new Map<string, Namespace>()
  readonly #abort = new AbortController()
  #running: Promise<void> | undefined

  constructor(client: Client, options: { readonly onError?: (error: unknown) => void } = {}) {
    this.#client = client
    this.#informer = new Informer(client.resource(Namespace), { ...options, transform: unmanaged })
    const keep = (namespace: Namespace): void => {
      this.#known.set(namespace.metadata.name ?? '', namespace)
    }
    this.#informer.addHandler({
      onAdd: keep,
      onUpdate: (_, namespace) => {
        keep(namespace)
      },
      onDelete: ({ metadata }) => this.#known.delete(metadata.name ?? ''),
    })
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
    const namespace = this.#known.get(name)
    return namespace && stateOf(namespace)
  }

  async live(name: string, signal: AbortSignal): Promise<NamespaceState | undefined> {
    const namespace = await this.#ask(name, signal)
    return namespace && stateOf(namespace)
  }

  /** The namespace itself: do not change it. Undefined: there is none. */
  async find(name: string, signal: AbortSignal): Promise<KubeObject | undefined> {
    return this.#known.get(name) ?? (await this.#ask(name, signal))
  }

  async #ask(name: string, signal: AbortSignal): Promise<Namespace | undefined> {
    try {
      return await this.#client.resource(Namespace).get(name, { signal })
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }
}

const stateOf = ({ metadata, status }: Namespace): NamespaceState => ({
  terminating: status?.phase === 'Terminating' || metadata.deletionTimestamp !== undefined,
})

/** Nobody asks who set what, in thousands of namespaces. */
function unmanaged({ apiVersion, kind, metadata, spec, status }: Namespace): Namespace {
  const { managedFields: _, ...rest } = metadata
  return {
    apiVersion,
    kind,
    metadata: rest,
    ...(spec === undefined ? {} : { spec }),
    ...(status === undefined ? {} : { status }),
  }
}
