import type { ItemRange, ListPlace, ListSource } from '../listing.ts'

const pageSize = 500

/** The state that a watch begins with, in pages of one revision. */
export async function* statePages(source: ListSource, place: ListPlace): AsyncGenerator<ItemRange> {
  let revision: number | undefined
  for (let start = place.start; ;) {
    const range: ItemRange = await source.range(start, place.end, { limit: pageSize, revision })
    yield range
    revision = range.revision
    const last = range.items.at(-1)
    if (!range.more || !last) return
    start = `${last.key}\0`
  }
}
