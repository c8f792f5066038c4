import type { ManagedFieldsEntry } from '../../meta/object.ts'
import { rfc3339 } from '../../meta/time.ts'
import type { JsonObject } from '../../util/json.ts'
import { sorted } from '../../util/sorted.ts'
import { compareUtf8 } from '../../util/utf8.ts'
import { FieldSet } from './field-set.ts'
import { goJson } from './path-element.ts'

export type Operation = 'Apply' | 'Update'

/** One entry of managedFields, its fields as a set. */
export interface Manager {
  readonly manager: string
  readonly operation: Operation
  readonly apiVersion: string
  readonly subresource: string
  /** RFC 3339 in whole seconds. */
  readonly time: string | undefined
  readonly set: FieldSet
}

/** The managers of an object by identity: an applier keeps its one whatever version it applies in. */
export type Managers = Map<string, Manager>

/** The text that tells managers apart and sorts them. Source: apimachinery managedfields BuildManagerIdentifier. */
export function identityOf(manager: Pick<Manager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>): string {
  const { operation, apiVersion, subresource } = manager
  const name = manager.manager ? `"manager":${goJson(manager.manager)},` : ''
  const version = operation === 'Update' ? `,"apiVersion":${goJson(apiVersion)}` : ''
  const below = subresource ? `,"subresource":${goJson(subresource)}` : ''
  return `{${name}"operation":"${operation}"${version}${below}}`
}

/** Reads managedFields. Throws an Error that says which entry is malformed, as Kubernetes words it. */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | null | undefined): Managers {
  const managers: Managers = new Map()
  for (const [index, entry] of (entries ?? []).entries()) {
    const manager = decodeManager(entry, index)
    managers.set(identityOf(manager), manager)
  }
  return managers
}

function decodeManager(entry: Partial<Record<keyof ManagedFieldsEntry, unknown>> | null, index: number): Manager {
  const operation = entry?.operation
  if (operation !== 'Apply' && operation !== 'Update') throw new Error('operation must be `Apply` or `Update`')
  const apiVersion = text(entry?.apiVersion)
  if (!apiVersion) throw new Error('apiVersion must not be empty')
  const fieldsType = text(entry?.fieldsType)
  if (!fieldsType) throw new Error(`missing fieldsType in managed fields entry ${String(index)}`)
  if (fieldsType !== 'FieldsV1')
    throw new Error(`invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${String(index)}`)
  const fieldsV1 = (entry?.fieldsV1 ?? {}) as JsonObject
  const named = { manager: text(entry?.manager), operation, apiVersion, subresource: text(entry?.subresource) } as const
  let set: FieldSet
  try {
    set = FieldSet.fromJson(fieldsV1)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Error(`error decoding versioned set from ${identityOf(named)}: ${message}`, { cause: error })
  }
  return { time: seconds(text(entry?.time)), set, ...named }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

function seconds(time: string): string | undefined {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time)) return time
  const moment = new Date(time)
  return Number.isNaN(moment.getTime()) ? undefined : rfc3339(moment)
}

/** managedFields in the order in which they are stored; undefined when there are none. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] | undefined {
  if (!managers.size) return undefined
  return sorted([...managers.values()], compareManagers).map(encodeManager)
}

function encodeManager({ manager, operation, apiVersion, time, set, subresource }: Manager): ManagedFieldsEntry {
  const entry: ManagedFieldsEntry = {}
  if (manager) entry.manager = manager
  entry.operation = operation
  entry.apiVersion = apiVersion
  if (time !== undefined) entry.time = time
  entry.fieldsType = 'FieldsV1'
  entry.fieldsV1 = set.toJson()
  if (subresource) entry.subresource = subresource
  return entry
}

/** Times of one form compare as texts; no time is the oldest. */
const compareManagers = (a: Manager, b: Manager): number =>
  compareUtf8(a.operation, b.operation) ||
  compareUtf8(a.time ?? '', b.time ?? '') ||
  compareUtf8(a.manager, b.manager) ||
  compareUtf8(a.apiVersion, b.apiVersion) ||
  compareUtf8(a.subresource, b.subresource)

export const withSet = (manager: Manager, set: FieldSet): Manager =>
  set === manager.set ? manager : { ...manager, set }

const maxUpdateManagers = 10

/**
 * Bounds the entries of plain writers: the oldest of each version become one, `ancient-changes`.
 * Source: apimachinery managedfields/internal/capmanagers.go.
 */
export function capUpdateManagers(managers: Managers): void {
  const updaters = [...managers].filter(([, { operation }]) => operation === 'Update')
  let excess = updaters.length - maxUpdateManagers
  if (excess <= 0) return
  updaters.sort(([a, { time: at }], [b, { time: bt }]) => compareUtf8(at ?? '', bt ?? '') || compareUtf8(a, b))
  const oldest = new Map<string, string>()
  for (const [identity, { apiVersion }] of updaters) {
    if (excess <= 0) return
    const first = oldest.get(apiVersion)
    if (first === undefined) oldest.set(apiVersion, identity)
    else {
      mergeIntoAncient(managers, first, identity)
      excess--
    }
  }
}

/** Merges an updater into the bucket of its version, which begins as the oldest updater of that version. */
function mergeIntoAncient(managers: Managers, oldest: string, identity: string): void {
  const updater = managers.get(identity)
  if (!updater) return
  const named = { ...updater, manager: 'ancient-changes', subresource: '' }
  const bucket = identityOf(named)
  const from = identity !== bucket && managers.has(bucket) ? bucket : oldest
  const set = updater.set.union(managers.get(from)?.set ?? FieldSet.empty)
  managers.delete(from)
  managers.delete(identity)
  managers.set(bucket, { ...named, set })
}
