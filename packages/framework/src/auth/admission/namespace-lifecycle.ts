import { setTimeout as sleep } from 'node:timers/promises'
import { StatusError } from '../../meta/status.ts'
import type { RequestContext } from '../../request/context.ts'
import type { AdmissionAttributes, AdmissionOperation } from './attributes.ts'
import { admissionForbidden, type AdmissionPlugin } from './plugin.ts'

export interface NamespaceState {
  readonly terminating: boolean
}

/** Where namespaces are known from. */
export interface NamespaceSource {
  /** What is known now: a cache, or the truth where there is no `live`. */
  get(name: string): NamespaceState | undefined | Promise<NamespaceState | undefined>
  /** Asks the cluster itself. Given only where `get` may lag behind. */
  live?(name: string, signal: AbortSignal): Promise<NamespaceState | undefined>
  /** Waits a while for the cache; false: it is not there yet, and nobody can say anything. */
  ready?(signal: AbortSignal): Promise<boolean>
}

/** How long a cache gets to see a namespace that was only just created. */
const missingNamespaceWaitMs = 50
/** After the deletion of a namespace was seen here, caches are not believed for this long. */
const forceLiveLookupMs = 30_000
const maxForced = 100

const immortal: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public'])

/**
 * Nothing is created in a namespace that is not there or is on its way out. Source: admission/plugin/namespace/lifecycle.
 */
export class NamespaceLifecycle implements AdmissionPlugin {
  readonly name = 'NamespaceLifecycle'
  readonly #source: NamespaceSource
  /** Namespaces whose deletion was admitted here, and until when they are looked up live. */
  readonly #forced = new Map<string, number>()

  constructor(source: NamespaceSource) {
    this.#source = source
  }

  handles(operation: AdmissionOperation): boolean {
    return operation === 'CREATE' || operation === 'DELETE'
  }

  async admit(attributes: AdmissionAttributes, ctx: RequestContext): Promise<void> {
    const { operation, namespace, kind } = attributes
    if (kind.group === '' && kind.kind === 'Namespace') {
      if (operation === 'DELETE') this.#deletingNamespace(attributes)
      return
    }
    if (operation !== 'CREATE' || namespace === '' || isAccessReview(attributes)) return
    if (this.#source.ready && !(await this.#source.ready(ctx.signal)))
      throw admissionForbidden(attributes, 'not yet ready to handle request')
    const state = await this.#find(namespace, ctx)
    if (!state) throw StatusError.notFound({ group: '', resource: 'namespaces' }, namespace)
    if (!state.terminating) return
    throw admissionForbidden(
      attributes,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    )
  }

  async #find(name: string, ctx: RequestContext): Promise<NamespaceState | undefined> {
    const source = this.#source
    const known = await source.get(name)
    if (!source.live) return known
    if (this.#mustLookLive(name)) return source.live(name, ctx.signal)
    if (known) return known
    await sleep(missingNamespaceWaitMs, undefined, { signal: ctx.signal })
    return (await source.get(name)) ?? source.live(name, ctx.signal)
  }

  #mustLookLive(name: string): boolean {
    const until = this.#forced.get(name)
    if (until === undefined) return false
    if (Date.now() < until) return true
    this.#forced.delete(name)
    return false
  }

  #deletingNamespace(attributes: AdmissionAttributes): void {
    const { name } = attributes
    if (immortal.has(name)) throw admissionForbidden(attributes, 'this namespace may not be deleted')
    this.#forced.delete(name)
    this.#forced.set(name, Date.now() + forceLiveLookupMs)
    const [oldest] = this.#forced.keys()
    if (this.#forced.size > maxForced && oldest !== undefined) this.#forced.delete(oldest)
  }
}

/** A question about rights may be asked of any namespace. */
const isAccessReview = ({ resource }: AdmissionAttributes): boolean =>
  resource.group === 'authorization.k8s.io' && resource.resource === 'localsubjectaccessreviews'
