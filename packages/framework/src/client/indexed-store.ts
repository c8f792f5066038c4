import type { KubeObject } from '../meta/object.ts'
import { namespacedName, objectKey } from './resource-kind.ts'

/** The values under which an object is found in an index. */
export type IndexFunction<T extends KubeObject> = (object: T) => readonly string[]

interface Index<T extends KubeObject> {
  readonly valuesOf: IndexFunction<T>
  /** Keys of objects under each value. */
  readonly keys: Map<string, Set<string>>
}

export const namespaceIndex = 'namespace'

/** Objects by key, and by what index functions find in them. Source: client-go tools/cache/thread_safe_store.go. */
export class IndexedStore<T extends KubeObject> {
  readonly #objects = new Map<string, T>()
  readonly #indices = new Map<string, Index<T>>()

  constructor() {
    this.addIndex(namespaceIndex, ({ metadata }) => [metadata.namespace ?? ''])
  }

  get size(): number {
    return this.#objects.size
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys()
  }

  values(): IterableIterator<T> {
    return this.#objects.values()
  }

  /** Puts the object in the place of the one that was there, which is returned. */
  set(object: T): T | undefined {
    const key = objectKey(namespacedName(object))
    const old = this.#objects.get(key)
    this.#objects.set(key, object)
    for (const index of this.#indices.values()) {
      if (old) remove(index, key, old)
      add(index, key, object)
    }
    return old
  }

  delete(key: string): T | undefined {
    const old = this.#objects.get(key)
    if (!old) return undefined
    this.#objects.delete(key)
    for (const index of this.#indices.values()) remove(index, key, old)
    return old
  }

  /** May come late: objects that are there are found by it too. Throws a TypeError when the name is taken. */
  addIndex(name: string, valuesOf: IndexFunction<T>): void {
    if (this.#indices.has(name)) throw new TypeError(`there is already an index ${JSON.stringify(name)}`)
    const index: Index<T> = { valuesOf, keys: new Map() }
    for (const [key, object] of this.#objects) add(index, key, object)
    this.#indices.set(name, index)
  }

  /** Throws a TypeError when there is no such index. */
  byIndex(name: string, value: string): T[] {
    return this.keysByIndex(name, value).flatMap((key) => this.#objects.get(key) ?? [])
  }

  /** Throws a TypeError when there is no such index. */
  keysByIndex(name: string, value: string): string[] {
    return [...(this.#index(name).keys.get(value) ?? [])]
  }

  /** Throws a TypeError when there is no such index. */
  indexValues(name: string): string[] {
    return [...this.#index(name).keys.keys()]
  }

  #index(name: string): Index<T> {
    const index = this.#indices.get(name)
    if (!index) throw new TypeError(`there is no index ${JSON.stringify(name)}`)
    return index
  }
}

function add<T extends KubeObject>({ valuesOf, keys }: Index<T>, key: string, object: T): void {
  for (const value of valuesOf(object)) {
    const known = keys.get(value)
    if (known) known.add(key)
    else keys.set(value, new Set([key]))
  }
}

function remove<T extends KubeObject>({ valuesOf, keys }: Index<T>, key: string, object: T): void {
  for (const value of valuesOf(object)) {
    const known = keys.get(value)
    known?.delete(key)
    if (known?.size === 0) keys.delete(value)
  }
}
