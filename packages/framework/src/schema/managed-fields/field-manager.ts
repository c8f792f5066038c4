import type { KubeObject, ManagedFieldsEntry } from '../../meta/object.ts'
import { rfc3339 } from '../../meta/time.ts'
import { deepEqual } from '../../util/json.ts'
import { Change, neverOwned, type Versions } from './change.ts'
import { capUpdateManagers, decodeManagers, encodeManagers, identityOf, type Managers } from './managers.ts'
import { reconcile } from './reconcile.ts'

export interface FieldManagerOptions extends Versions {
  /** The version of the endpoint. */
  readonly apiVersion: string
  readonly kind: string
  /** The name of the subresource, where the endpoint is one. */
  readonly subresource?: string | undefined
}

/**
 * Says who owns the fields of objects, for one endpoint in one version: keeps `metadata.managedFields` up to date on
 * every write, and merges what appliers want. Source: apimachinery managedfields, structured-merge-diff merge/update.go.
 */
export class FieldManager {
  readonly #options: FieldManagerOptions

  constructor(options: FieldManagerOptions) {
    this.#options = options
  }

  /**
   * Tracks a create (no `live`), a PUT or a plain patch by setting `managedFields` of the object, which is answered.
   * Never fails: whatever is malformed counts as absent.
   */
  update(live: KubeObject | undefined, object: KubeObject, manager: string): KubeObject {
    const { apiVersion, typeOf } = this.#options
    const { metadata } = object
    if (!typeOf(apiVersion)) return object
    let entries: ManagedFieldsEntry[] | undefined
    try {
      entries = this.#track(live, object, manager)
    } catch {
      // Objects that an older schema allowed, or conversions that fail, are no reason to refuse the write.
      entries = copyOf(live?.metadata.managedFields)
    }
    if (entries) metadata.managedFields = entries
    else delete metadata.managedFields
    return object
  }

  #track(live: KubeObject | undefined, object: KubeObject, manager: string): ManagedFieldsEntry[] | undefined {
    const managers = this.#startingManagers(live, object)
    if (!managers.size && live?.metadata.uid) return undefined
    this.#updateManagers(live, object, manager, managers)
    return encodeManagers(managers)
  }

  /** Source: managedfields/internal/fieldmanager.go decodeLiveOrNew. */
  #startingManagers(live: KubeObject | undefined, object: KubeObject): Managers {
    const given: unknown = object.metadata.managedFields
    if (!this.#options.subresource && Array.isArray(given)) {
      if (isReset(given)) return new Map()
      const managers = decodeOrEmpty(given as ManagedFieldsEntry[])
      if (managers.size) return managers
    }
    return decodeOrEmpty(live?.metadata.managedFields)
  }

  /** The manager gets what changed, the others lose it. */
  #updateManagers(live: KubeObject | undefined, object: KubeObject, manager: string, managers: Managers): void {
    const { apiVersion, subresource = '' } = this.#options
    this.#reconcile(managers)
    const change = new Change(this.#options, live, object)
    const own = (change.in(apiVersion)?.set ?? neverOwned).difference(neverOwned)
    change.disown(managers)
    if (!own.isEmpty) {
      const named = { manager, operation: 'Update', apiVersion, subresource } as const
      const identity = identityOf(named)
      const previous = managers.get(identity)
      managers.set(identity, { ...named, time: rfc3339(), set: previous ? own.union(previous.set) : own })
    }
    capUpdateManagers(managers)
  }

  /** Brings what was stored in line with the schemas of today. */
  #reconcile(managers: Managers): void {
    for (const [identity, manager] of managers) {
      const type = this.#options.typeOf(manager.apiVersion)
      if (!type) managers.delete(identity)
      else {
        const set = reconcile(type, manager.set)
        if (set !== manager.set) managers.set(identity, { ...manager, set, fieldsV1: undefined })
      }
    }
  }
}

/** A reset is exactly one entry that says nothing. An empty list is none: clients that know nothing of the field send that. */
const isReset = (entries: readonly unknown[]): boolean => entries.length === 1 && deepEqual(entries[0], {})

function decodeOrEmpty(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  try {
    return decodeManagers(entries)
  } catch {
    return new Map()
  }
}

const copyOf = (entries: readonly ManagedFieldsEntry[] | undefined): ManagedFieldsEntry[] | undefined =>
  entries?.length ? entries.map((entry) => ({ ...entry })) : undefined

const userAgentLimitBytes = 128

/** The name of a write's manager: the one asked for, else what the User-Agent says up to its first slash. */
export function managerOrUserAgent(fieldManager: string, userAgent: string | undefined): string {
  if (fieldManager) return fieldManager
  const [product = ''] = (userAgent ?? '').split('/', 1)
  // Header bytes arrive as Latin-1; they mean UTF-8.
  const text = /[\x80-\xff]/.test(product) ? Buffer.from(product, 'latin1').toString('utf8') : product
  let name = ''
  let bytes = 0
  for (const rune of text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '')) {
    bytes += Buffer.byteLength(rune)
    if (bytes > userAgentLimitBytes) break
    name += rune
  }
  return name || 'unknown'
}
