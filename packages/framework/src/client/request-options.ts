import type { JsonObject } from '../util/json.ts'

interface Abortable {
  readonly signal?: AbortSignal
}

/** metav1.GetOptions */
export interface GetOptions extends Abortable {
  readonly resourceVersion?: string
}

/** metav1.ListOptions */
export interface ListOptions extends Abortable {
  readonly labelSelector?: string | { toString(): string }
  readonly fieldSelector?: string | { toString(): string }
  /** The most objects in one answer; the rest is behind `metadata.continue`. */
  readonly limit?: number
  readonly continue?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'NotOlderThan' | 'Exact'
}

/** metav1.ListOptions of a watch. */
export interface WatchOptions extends Omit<ListOptions, 'limit' | 'continue'> {
  /** When the server is to end the watch, in seconds. The client gives up half a minute later. */
  readonly timeoutSeconds?: number
  /** Default true: BOOKMARK events come too. */
  readonly allowWatchBookmarks?: boolean
  /** Begin with the objects there are, as ADDED events, and a BOOKMARK that ends them. */
  readonly sendInitialEvents?: boolean
}

/** What all writes take: metav1.CreateOptions, UpdateOptions. */
export interface WriteOptions extends Abortable {
  readonly fieldManager?: string
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict'
  /** Check everything, persist nothing. */
  readonly dryRun?: boolean
}

/** The sorts of patches that a client sends. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

/** metav1.PatchOptions */
export interface PatchOptions extends WriteOptions {
  /** Default `merge`. `apply` needs a `fieldManager`. */
  readonly type?: PatchType
  /** `apply` only: take over fields that others own. */
  readonly force?: boolean
}

/** Of a server-side apply: whose fields these are, and whether they are taken from others. */
export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string
  readonly force?: boolean
}

/** metav1.DeleteOptions */
export interface DeleteOptions extends Abortable {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  readonly gracePeriodSeconds?: number
  readonly dryRun?: boolean
}

export const patchMediaTypes: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  // JSON is YAML, and servers older than apply with CBOR know only this name.
  apply: 'application/apply-patch+yaml',
}

const parameters = [
  'labelSelector',
  'fieldSelector',
  'limit',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
  'watch',
  'timeoutSeconds',
  'allowWatchBookmarks',
  'sendInitialEvents',
  'fieldManager',
  'fieldValidation',
  'force',
] as const

type QueryValue = string | number | boolean | { toString(): string }

/** The options as a query with its `?`, or nothing. An empty text is as good as none. */
export function queryOf(
  options: Readonly<Partial<Record<(typeof parameters)[number], QueryValue>> & { dryRun?: boolean }>,
): string {
  const query = new URLSearchParams()
  for (const name of parameters) {
    const text = options[name]?.toString() ?? ''
    if (text !== '') query.set(name, text)
  }
  if (options.dryRun) query.set('dryRun', 'All')
  return query.size > 0 ? `?${query.toString()}` : ''
}

export function deleteBody({
  preconditions,
  propagationPolicy,
  gracePeriodSeconds,
  dryRun,
}: DeleteOptions): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(preconditions ? { preconditions: { ...preconditions } } : {}),
    ...(propagationPolicy ? { propagationPolicy } : {}),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(dryRun ? { dryRun: ['All'] } : {}),
  }
}
