import { StatusError } from '../meta/status.ts'
import type { Backend, Range } from './backend.ts'
import { decodeContinue, encodeContinue, expiredContinue } from './continue.ts'
import { parseResourceVersion } from './resource-version.ts'
import { StorageError } from './storage-error.ts'
import type { StoredList, StorageListOptions } from './storage.ts'
import type { Store } from './store.ts'
import type { StoredItem } from './stored-item.ts'

/** A range of the backend: everything below `prefix`, or the one key that `prefix` is. */
export interface ListPlace {
  readonly prefix: string
  readonly start: string
  readonly end: string
  readonly recursive: boolean
}

/** A filtered list reads on in pages that double up to this. Source: storage/etcd3/store.go maxLimit. */
const maxPage = 10_000

/** What a list is to read, out of its options. Source: storage/interfaces.go ValidateListOptions. */
interface Plan {
  readonly start: string
  /** Read exactly this revision; undefined: the latest. */
  readonly revision: number | undefined
  /** The latest must not be older than this. */
  readonly minimum: number
}

function planOf(place: ListPlace, options: StorageListOptions): Plan {
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
export async function listEntries(store: Store, place: ListPlace, options: StorageListOptions): Promise<StoredList> {
  const { predicate, limit = 0 } = options
  const plan = planOf(place, options)
  const items: StoredItem[] = []
  let { start, revision } = plan
  let page = limit
  let first: Range | undefined
  for (;;) {
    options.signal?.throwIfAborted()
    const range = await read(store.backend, start, place, page, revision, options)
    if (!first) {
      first = range
      if (plan.minimum > range.revision)
        throw StatusError.tooLargeResourceVersion(options.resourceVersion ?? '', String(range.revision))
    }
    revision = range.revision
    let examined = 0
    for (const entry of range.entries) {
      examined++
      start = `${entry.key}\0`
      const item = store.item(entry)
      if (predicate.everything || predicate.matches(item)) items.push(item)
      if (limit > 0 && items.length >= limit) break
    }
    const more = range.more || examined < range.entries.length
    if (!more) return { items, resourceVersion: String(revision), continue: '', remainingItemCount: undefined }
    if (limit > 0 && items.length >= limit)
      return {
        items,
        resourceVersion: String(revision),
        continue: encodeContinue(start, place.prefix, revision),
        remainingItemCount: predicate.everything ? first.count - limit : undefined,
      }
    page = Math.min(page * 2, maxPage)
  }
}

async function read(
  backend: Backend,
  start: string,
  place: ListPlace,
  limit: number,
  revision: number | undefined,
  options: StorageListOptions,
): Promise<Range> {
  try {
    return await backend.range(start, place.end, { limit, revision })
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
