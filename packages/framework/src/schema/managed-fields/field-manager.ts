import { cloneObject, type KubeObject, type ManagedFieldsEntry, type ObjectMeta } from '../../meta/object.ts'
import { StatusError } from '../../meta/status.ts'
import { rfc3339 } from '../../meta/time.ts'
import { deepEqual, type JsonValue } from '../../util/json.ts'
import { Application } from './application.ts'
import { Change, neverOwned, serverMetadata, type Versions } from './change.ts'
import { conforms } from './conforms.ts'
import { FieldSet } from './field-set.ts'
import { kubectlManager, updateLastApplied } from './last-applied.ts'
import { capUpdateManagers, decodeManagers, encodeManagers, identityOf, type Managers } from './managers.ts'
import { reconcile } from './reconcile.ts'
import { tolerant } from './tolerant-conversion.ts'

export interface FieldManagerOptions extends Versions {
  /** The version of the endpoint. */
  readonly apiVersion: string
  readonly kind: string
  /** The name of the subresource, where the endpoint is one. */
  readonly subresource?: string | undefined
  /**
   * An empty list of managedFields in a body is a reset, as for Go types. For custom resources it says nothing: clients that know
   * nothing of the field send that.
   */
  readonly emptyListResets?: boolean
}

/**
 * Says who owns the fields of objects, for one endpoint in one version: keeps `metadata.managedFields` up to date on
 * every write, and merges what appliers want. Source: apimachinery managedfields, structured-merge-diff merge/update.go.
 */
export class FieldManager {
  readonly #options: FieldManagerOptions

  readonly #tolerant: Versions

  constructor(options: FieldManagerOptions) {
    this.#options = options
    this.#tolerant = tolerant(options)
  }

  /**
   * Tracks a create (no `live`), a PUT or a plain patch by setting `managedFields` of the object, which is answered.
   * Never fails: whatever is malformed counts as absent.
   */
  update(live: KubeObject | undefined, object: KubeObject, manager: string): KubeObject {
    const { apiVersion, typeOf } = this.#options
    if (!typeOf(apiVersion)) return object
    const { managedFields: given, ...others } = object.metadata
    const metadata: ObjectMeta = others
    // To delete the member instead would leave an object that is slow to read, and every copy of it too
    object.metadata = metadata
    let entries: ManagedFieldsEntry[] | undefined
    try {
      entries = this.#track(live, object, given, manager)
    } catch {
      // Objects that an older schema allowed, or conversions that fail, are no reason to refuse the write.
      entries = copyOf(live?.metadata.managedFields)
    }
    if (entries) metadata.managedFields = entries
    return object
  }

  /**
   * Merges what a manager applies into an object, or makes the object of it where there is no `live`. Answers a new object, with
   * its managedFields, or `live` itself where nothing changes. Throws a StatusError: 400 for a configuration of another
   * kind or version, 409 for conflicts unless forced, 500 (as Kubernetes does) for what the type does not allow.
   */
  apply(live: KubeObject | undefined, patch: KubeObject, manager: string, force: boolean): KubeObject {
    const { apiVersion, subresource = '', typeOf } = this.#options
    const managers = decodeOrFail(live?.metadata.managedFields)
    this.#checkIdentity(patch)
    const type = typeOf(apiVersion)
    if (!type) throw StatusError.badRequest(`objects of ${apiVersion} cannot be applied`)
    if (live && !managers.size) this.#updateManagers(undefined, live, 'before-first-apply', managers)
    this.#reconcile(managers)
    const application = new Application({ versions: this.#tolerant, type, manager, apiVersion, subresource, force })
    const before = live && withoutManagedFields(live)
    const applied = application.apply(before, configurationOf(patch), managers)
    const entries = encodeManagers(managers)
    const { managedFields } = live?.metadata ?? {}
    const sameManagers = deepEqual(entries ?? [], managedFields ?? [])
    if (live && !applied && sameManagers && manager !== kubectlManager) return live
    const object = applied ?? cloneObject(before ?? patch)
    if (manager === kubectlManager) updateLastApplied(object, patch)
    if (live && !applied && sameManagers && deepEqual(object, before)) return live
    if (entries) object.metadata.managedFields = entries
    return object
  }

  #checkIdentity(patch: KubeObject): void {
    const { apiVersion, kind } = this.#options
    if (patch.apiVersion !== apiVersion || patch.kind !== kind)
      throw StatusError.badRequest(`invalid object type: ${gvkText(patch.apiVersion, patch.kind)}`)
    const managedFields: unknown = patch.metadata.managedFields
    if (managedFields !== undefined && managedFields !== null)
      throw StatusError.badRequest('metadata.managedFields must be nil')
  }

  /** `given` are the managedFields that came with the object, which has none now. */
  #track(
    live: KubeObject | undefined,
    object: KubeObject,
    given: unknown,
    manager: string,
  ): ManagedFieldsEntry[] | undefined {
    const managers = this.#startingManagers(live, given)
    if (!managers.size && live?.metadata.uid) return undefined
    const type = this.#options.typeOf(this.#options.apiVersion)
    // What cannot be owned field by field, as a set of objects, has no owners any more.
    if (!type || !conforms(type, object as unknown as JsonValue)) return undefined
    this.#updateManagers(live, object, manager, managers)
    return encodeManagers(managers)
  }

  /** Source: managedfields/internal/fieldmanager.go decodeLiveOrNew. */
  #startingManagers(live: KubeObject | undefined, given: unknown): Managers {
    const stored = live?.metadata.managedFields
    if (!this.#options.subresource && Array.isArray(given)) {
      if (given.length ? isReset(given) : this.#options.emptyListResets) return new Map()
      // Mostly these are the stored ones, sent back: of those the fields are known.
      const managers = deepEqual(given, stored) ? undefined : decodeOrEmpty(given as ManagedFieldsEntry[])
      if (managers?.size) return managers
    }
    return decodeOrEmpty(stored)
  }

  /** The manager gets what changed, the others lose it. */
  #updateManagers(live: KubeObject | undefined, object: KubeObject, manager: string, managers: Managers): void {
    const { apiVersion, subresource = '' } = this.#options
    this.#reconcile(managers)
    const change = new Change(this.#options, live, object)
    const { set = FieldSet.empty, touched = FieldSet.empty } = change.in(apiVersion) ?? {}
    const own = set.difference(neverOwned)
    const named = { manager, operation: 'Update', apiVersion, subresource } as const
    const identity = identityOf(named)
    change.disown(managers, own.isEmpty ? undefined : identity)
    if (!own.isEmpty) {
      // Who writes the same fields again keeps his set, and with it what is known of it.
      const previous = managers.get(identity)?.set.difference(touched.difference(own))
      managers.set(identity, { time: rfc3339(), set: previous?.union(own) ?? own, ...named })
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
        if (set !== manager.set) managers.set(identity, { ...manager, set })
      }
    }
  }
}

/** A reset is exactly one entry that says nothing. */
const isReset = (entries: readonly unknown[]): boolean => entries.length === 1 && deepEqual(entries[0], {})

function decodeOrEmpty(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  try {
    return decodeManagers(entries)
  } catch {
    return new Map()
  }
}

function decodeOrFail(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  try {
    return decodeManagers(entries)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw StatusError.unknown(`failed to decode managed fields: ${text}`, { cause: error })
  }
}

/** As Go prints a GroupVersionKind: `/, Kind=` when nothing is given, or an apiVersion that is none. */
function gvkText(apiVersion: unknown, kind: unknown): string {
  const version = typeof apiVersion === 'string' ? apiVersion : ''
  if (version.split('/').length > 2) return '/, Kind='
  return `${version.includes('/') ? version : `/${version}`}, Kind=${typeof kind === 'string' ? kind : ''}`
}

function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** The server's members that are null say nothing: clients write `creationTimestamp: null`. */
function configurationOf(patch: KubeObject): KubeObject {
  const metadata: Record<string, unknown> = { ...patch.metadata }
  for (const name of serverMetadata) if (metadata[name] === null) Reflect.deleteProperty(metadata, name)
  return { ...patch, metadata }
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
