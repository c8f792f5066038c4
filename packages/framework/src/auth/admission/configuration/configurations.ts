import { setTimeout as sleep } from 'node:timers/promises'
import { Backoff } from '../../../client/backoff.ts'
import type { Client } from '../../../client/client.ts'
import { isNotFound } from '../../../client/error-kinds.ts'
import { Informer } from '../../../client/informer.ts'
import type { ResourceKind } from '../../../client/resource-kind.ts'
import type { KubeObject } from '../../../meta/object.ts'
import { isObject, type JsonValue } from '../../../util/json.ts'

export const registrationGroup = 'admissionregistration.k8s.io'

/** A kind of the group, and the versions in which clusters serve it, the newest first. */
export interface RegistrationKind {
  readonly kind: string
  readonly plural: string
  readonly versions: readonly string[]
}

export interface ConfigurationsOptions {
  readonly onError?: (error: unknown) => void
}

/** All objects of a kind of configuration, as they are now. */
export interface KnownConfigurations<T extends KubeObject> {
  readonly hasSynced: boolean
  /** Another number whenever something has changed. */
  readonly changes: number
  /** Sorted by name. */
  list(): T[]
}

/** After this, a kind that the cluster does not have is looked for again. */
const absentMs = 5 * 60_000

/**
 * All objects of one kind of configuration in the cluster, kept up to date. Until they are known once, nobody may say that there are none. A cluster
 * that is too old to have the kind has none of it.
 */
export class Configurations<T extends KubeObject> implements KnownConfigurations<T> {
  readonly plural: string
  readonly #client: Client
  readonly #kind: RegistrationKind
  readonly #onError: (error: unknown) => void
  readonly #abort = new AbortController()
  #informer: Informer<T> | undefined
  #absent = false
  #changes = 0
  #running: Promise<void> | undefined

  constructor(client: Client, kind: RegistrationKind, { onError = () => undefined }: ConfigurationsOptions = {}) {
    this.plural = kind.plural
    this.#client = client
    this.#kind = kind
    this.#onError = onError
  }

  get hasSynced(): boolean {
    return this.#informer?.hasSynced ?? this.#absent
  }

  get changes(): number {
    return this.#changes
  }

  list(): T[] {
    const all = this.#informer?.list() ?? []
    return all.sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
  }

  start(): void {
    this.#running ??= this.#run(this.#abort.signal).catch((error: unknown) => {
      if (!this.#abort.signal.aborted) this.#onError(error)
    })
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#abort.abort()
    await this.#running
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { kind, plural } = this.#kind
    const version = await this.#version(signal)
    const served: ResourceKind<T> = { group: registrationGroup, version, kind, plural, scope: 'Cluster' }
    const informer = new Informer<T>(this.#client.resource(served), { onError: this.#onError })
    const changed = (): void => {
      this.#changes++
    }
    informer.addHandler({ onAdd: changed, onUpdate: changed, onDelete: changed })
    this.#informer = informer
    await informer.run(signal)
  }

  /** The newest version that the cluster serves; waits for one as long as there is none. */
  async #version(signal: AbortSignal): Promise<string> {
    const [only = '', ...older] = this.#kind.versions
    // A kind that every cluster has is not looked for.
    if (!older.length) return only
    const backoff = new Backoff({ initialMs: 500, maxMs: 30_000 })
    for (;;) {
      try {
        const version = await this.#served(signal)
        if (version !== undefined) return version
        this.#absent = true
        await sleep(absentMs, undefined, { signal, ref: false })
      } catch (error) {
        signal.throwIfAborted()
        this.#onError(error)
        await backoff.wait(signal)
      }
    }
  }

  async #served(signal: AbortSignal): Promise<string | undefined> {
    const group = await this.#client.request({ path: `/apis/${registrationGroup}`, signal })
    const versions = new Set(names(group, 'versions', 'version'))
    for (const version of this.#kind.versions) {
      if (!versions.has(version)) continue
      try {
        const resources = await this.#client.request({ path: `/apis/${registrationGroup}/${version}`, signal })
        if (names(resources, 'resources', 'name').includes(this.#kind.plural)) return version
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
    }
    return undefined
  }
}

function names(document: JsonValue, list: string, member: string): unknown[] {
  const items = isObject(document) ? document[list] : undefined
  return Array.isArray(items) ? items.map((item) => (isObject(item) ? item[member] : undefined)) : []
}
