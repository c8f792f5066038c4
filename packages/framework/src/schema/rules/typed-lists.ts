import { equals } from '../cel/equality.ts'
import { List, MapValue, typeName, type Value } from '../cel/value.ts'

/** A list whose items stand once, in any order. */
export class SetList extends List {
  override concat({ items }: List): List {
    return new SetList([...this.items, ...items.filter((item) => !this.items.some((own) => equals(own, item)))])
  }

  override matches({ items }: List): boolean {
    return this.items.length === items.length && this.items.every((own) => items.some((item) => equals(own, item)))
  }
}

/** A list whose objects are told apart by their keys, in any order. */
export class MapList extends List {
  readonly #keys: readonly string[]

  constructor(items: readonly Value[], keys: readonly string[]) {
    super(items)
    this.#keys = keys
  }

  /** The other's objects replace those of the same keys. */
  override concat({ items }: List): List {
    const others = this.#byKey(items)
    const own = this.items.map((item) => {
      const key = this.#keyOf(item)
      const other = others.get(key)
      others.delete(key)
      return other ?? item
    })
    return new MapList([...own, ...others.values()], this.#keys)
  }

  override matches({ items }: List): boolean {
    if (this.items.length !== items.length) return false
    const others = this.#byKey(items)
    return this.items.every((item) => {
      const other = others.get(this.#keyOf(item))
      return other !== undefined && equals(item, other)
    })
  }

  #byKey(items: readonly Value[]): Map<string, Value> {
    return new Map(items.map((item) => [this.#keyOf(item), item]))
  }

  #keyOf(item: Value): string {
    if (!(item instanceof MapValue)) return ''
    const parts = this.#keys.map((key) => {
      const value = item.get(key) ?? null
      return typeof value === 'object' ? typeName(value) : `${typeName(value)}:${String(value)}`
    })
    return JSON.stringify(parts)
  }
}
