import { StatusError } from '../meta/status.ts'
import { decodeContinue, encodeContinue, expiredContinue } from './continue.ts'
import { parseResourceVersion } from './resource-version.ts'
import { StorageError } from './storage-error.ts'
import type { StoredList, StorageListOptions } from './storage.ts'
import type { StoredItem } from './stored-item.ts'

/** A range of the backend: everything below `prefix`, or the one key that `prefix` is. */
export interface ListPlace {
  readonly prefix: string
  readonly start: string
  readonly end: string
  readonly recursive: boolean
}

/** Items of one state. `count` is that of the whole range, `more` says that the limit cut it. */
export interface ItemRange {
  readonly items: readonly StoredItem[]
  readonly revision: number
  readonly more: boolean
  readonly count: number
}

/** Where lists read: the backend, or what a cache keeps. */
export interface ListSource {
  /** As Backend.range. */
  range(start: string, end: string, options: { limit: number; revision: number | undefined }): Promise<ItemRange>
}

/** A filtered list reads on in pages that double up to this. Source: storage/etcd3/store.go maxLimit. */
const maxPage = 10_000

/** What a list is to read, out of its options. Source: storage/interfaces.go ValidateListOptions. */
export interface ListPlan {
  readonly start: string
  /** Read exactly this revision; undefined: the latest. */
  readonly revision: number | undefined
  /** The latest must not be older than this. */
  readonly minimum: number
}

/** Throws 400. */
export function planOf(place: ListPlace, options: StorageListOptions): ListPlan {
  const { continue: token = '', resourceVersion = '', limit = 0 } = options
  if (token !== '' && place.recursive) {
    const { revision, start } = decodeContinue(token, place.prefix)
    if (resourceVersion !== '' && resourceVersion !== '0')
      throw StatusError.badRequest('specifying resource version is not allowed when using continue')
    return { start, revision: revision > 0 ? revision : undefined, minimum: 0 }
  }
  const wanted = parseResourceVersion(resourceVersion)
  const exact =
    options.resourceVersionMatch === 'Exact' ||
    (options.resourceVersionMatch !== 'NotOlderThan' && place.recursive && limit > 0 && wanted > 0)
  return { start: place.start, revision: exact && wanted > 0 ? wanted : undefined, minimum: exact ? 0 : wanted }
}

/** A list page. Source: storage/etcd3/store.go GetList. */
export async function listItems(
  source: ListSource,
  place: ListPlace,
  options: StorageListOptions,
): Promise<StoredList> {
  const { predicate, limit = 0 } = options
  const plan = planOf(place, options)
  const items: StoredItem[] = []
  let { start, revision } = plan
  let page = limit
  let first: ItemRange | undefined
  let [fetched, evaluated] = [0, 0]
  for (;;) {
    options.signal?.throwIfAborted()
    const range = await read(source, start, place, page, revision, options)
    if (!first) {
      first = range
      if (plan.minimum > range.revision)
        throw StatusError.tooLargeResourceVersion(options.resourceVersion ?? '', String(range.revision))
    }
    revision = range.revision
    let examined = 0
    for (const item of range.items) {
      examined++
      start = `${item.key}\0`
      if (predicate.everything || predicate.matches(item)) items.push(item)
      if (limit > 0 && items.length >= limit) break
    }
    fetched += range.items.length
    evaluated += examined
    const more = range.more || examined < range.items.length
    const known = { items, resourceVersion: String(revision), fetched, evaluated }
    if (!more) return { continue: '', remainingItemCount: undefined, ...known }
    if (limit > 0 && items.length >= limit)
      return {
        continue: encodeContinue(start, place.prefix, revision),
        remainingItemCount: predicate.everything ? first.count - limit : undefined,
        ...known,
      }
    page = Math.min(page * 2, maxPage)
  }
}

async function read(
  source: ListSource,
  start: string,
  place: ListPlace,
  limit: number,
  revision: number | undefined,
  options: StorageListOptions,
): Promise<ItemRange> {
  try {
    return await source.range(start, place.end, { limit, revision })
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    if (error.code === 'Compacted')
      throw options.continue
        ? expiredContinue(start, place.prefix)
        : StatusError.expired('The resourceVersion for the provided list is too old.')
    if (error.code === 'FutureRevision')
      throw StatusError.tooLargeResourceVersion(
        options.continue ? String(revision) : (options.resourceVersion ?? ''),
        String(error.currentRevision ?? 0),
      )
    throw error
  }
}
