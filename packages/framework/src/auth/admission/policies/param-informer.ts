import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../../client/client.ts'
import { isNotFound } from '../../../client/error-kinds.ts'
import { Informer } from '../../../client/informer.ts'
import { apiVersionOf, parseApiVersion, type GroupVersionKind } from '../../../meta/group-version.ts'
import type { LabelSelector } from '../../../meta/label-selector.ts'
import type { KubeObject } from '../../../meta/object.ts'
import { isObject } from '../../../util/json.ts'
import type { ParamKind } from '../configuration/registration.ts'

/** How often a kind that the cluster does not have is looked for. */
const retryMs = 1000
/** How long a write waits for parameters that are only just being read. Source: policy/generic/policy_dispatcher.go. */
const syncWaitMs = 1000
const pollMs = 20

/** Objects of a kind that policies take parameters from. */
export interface ParamObjects {
  /** Waits a moment for the objects. Throws where they cannot be read. */
  ready(signal: AbortSignal): Promise<void>
  readonly namespaced: boolean
  get(name: string, namespace: string): KubeObject | undefined
  list(selector: LabelSelector, namespace: string): KubeObject[]
  close(): Promise<void>
}

/** The objects of one kind in the cluster, kept up to date, whatever the kind: discovery says where they are. */
export class ParamInformer implements ParamObjects {
  readonly #client: Client
  readonly #paramKind: ParamKind
  readonly #kind: GroupVersionKind
  readonly #onError: (error: unknown) => void
  readonly #abort = new AbortController()
  readonly #running: Promise<void>
  #informer: Informer<KubeObject> | undefined
  /** The cluster has said that it does not know the kind. */
  #missing = false
  namespaced = true

  constructor(client: Client, paramKind: ParamKind, onError: (error: unknown) => void) {
    this.#client = client
    this.#paramKind = paramKind
    const groupVersion = parseApiVersion(paramKind.apiVersion ?? '') ?? { group: '', version: '' }
    this.#kind = { ...groupVersion, kind: paramKind.kind ?? '' }
    this.#onError = onError
    this.#running = this.#run(this.#abort.signal).catch((error: unknown) => {
      if (!this.#abort.signal.aborted) onError(error)
    })
  }

  async ready(signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + syncWaitMs
    while (!this.#informer?.hasSynced) {
      if (this.#missing) {
        const { kind } = this.#kind
        const shown = `${apiVersionOf(this.#kind)}, Kind=${kind}`
        throw new UnknownParamKind(`failed to find resource referenced by paramKind: '${shown}'`)
      }
      if (performance.now() > deadline) {
        const { apiVersion = '', kind = '' } = this.#paramKind
        throw new Error(
          `paramKind kind \`&ParamKind{APIVersion:${apiVersion},Kind:${kind},}\` not yet synced to use for admission`,
        )
      }
      await sleep(pollMs, undefined, { signal })
    }
  }

  get(name: string, namespace: string): KubeObject | undefined {
    const found = this.#informer?.get(name, this.namespaced ? namespace : '')
    return found && this.#named(found)
  }

  list(labelSelector: LabelSelector, namespace: string): KubeObject[] {
    const found = this.#informer?.list({ labelSelector, ...(this.namespaced ? { namespace } : {}) }) ?? []
    return found.map((object) => this.#named(object))
  }

  async close(): Promise<void> {
    this.#abort.abort()
    await this.#running
  }

  /** Items of a list do not say what they are. */
  #named(object: KubeObject): KubeObject {
    return { ...object, apiVersion: apiVersionOf(this.#kind), kind: this.#kind.kind }
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { kind } = this.#kind
    const { plural, namespaced } = await this.#resource(signal)
    this.namespaced = namespaced
    const scope = namespaced ? 'Namespaced' : 'Cluster'
    this.#informer = new Informer(this.#client.resource({ ...this.#kind, kind, plural, scope }), {
      onError: this.#onError,
    })
    this.#missing = false
    await this.#informer.run(signal)
  }

  async #resource(signal: AbortSignal): Promise<{ readonly plural: string; readonly namespaced: boolean }> {
    const { group } = this.#kind
    const path = `${group === '' ? '/api' : '/apis'}/${apiVersionOf(this.#kind)}`
    for (;;) {
      try {
        const document = await this.#client.request({ path, signal })
        const resources = isObject(document) ? document['resources'] : undefined
        for (const resource of Array.isArray(resources) ? resources : []) {
          if (!isObject(resource) || resource['kind'] !== this.#kind.kind) continue
          const name = resource['name']
          if (typeof name === 'string' && !name.includes('/'))
            return { plural: name, namespaced: resource['namespaced'] === true }
        }
        this.#missing = true
      } catch (error) {
        signal.throwIfAborted()
        if (isNotFound(error)) this.#missing = true
        else this.#onError(error)
      }
      await sleep(retryMs, undefined, { signal, ref: false })
    }
  }
}

/** The policy itself is at fault, not one of its bindings. */
export class UnknownParamKind extends Error {
  override readonly name = 'UnknownParamKind'
}
