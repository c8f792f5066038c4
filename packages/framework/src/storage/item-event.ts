import type { BackendEvent } from './backend.ts'
import type { Predicate, WatchEvent } from './storage.ts'
import { StoredItem, type ItemCodec } from './stored-item.ts'

/** A change of one object, shared by all watches that tell of it: what one of them parsed or encoded, all have. */
export class ItemEvent {
  readonly revision: number
  readonly key: string
  /** What was written; undefined: the object was deleted. */
  readonly item: StoredItem | undefined
  /** About what it holds in memory. */
  readonly bytes: number
  readonly #codec: ItemCodec
  readonly #before: BackendEvent['previous']
  #previous: StoredItem | undefined
  #gone: WatchEvent | undefined
  #whole: WatchEvent | undefined

  /** `previous`: the item that stood there, where somebody has it already. */
  constructor(codec: ItemCodec, event: BackendEvent, previous?: StoredItem) {
    this.#codec = codec
    this.#before = event.previous
    this.#previous = previous
    this.key = event.key
    this.revision = event.revision
    this.item = event.value && new StoredItem(codec, event.key, event.value, event.revision)
    this.bytes = (event.value?.length ?? 0) + (event.previous?.value.length ?? 0)
  }

  /** What the change means to a selection; undefined: nothing. Throws StorageError `Corrupt`. Specification storage-and-watch §4.1. */
  seenBy(predicate: Predicate): WatchEvent | undefined {
    const { item, previous } = this
    if (predicate.everything) return (this.#whole ??= this.#change(item, previous))
    const now = item && predicate.matches(item) ? item : undefined
    return this.#change(now, previous && predicate.matches(previous) ? previous : undefined)
  }

  get previous(): StoredItem | undefined {
    if (!this.#before) return undefined
    return (this.#previous ??= new StoredItem(
      this.#codec,
      this.key,
      this.#before.value,
      this.#before.modRevision,
      true,
    ))
  }

  #change(now: StoredItem | undefined, then: StoredItem | undefined): WatchEvent | undefined {
    if (now) return { type: then ? 'MODIFIED' : 'ADDED', item: now }
    return then && (this.#gone ??= { type: 'DELETED', item: then.at(this.revision) })
  }
}
