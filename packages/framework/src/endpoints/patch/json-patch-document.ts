import { StatusError } from '../../meta/status.ts'
import { clone, deepEqual, getOwn, isObject, maxDepth, setOwn, stringify, type JsonValue } from '../../util/json.ts'
import { parseIndex } from './json-pointer.ts'

/** How many bytes the copy operations of one patch may add. Source: server/config.go JSONPatchMaxCopyBytes. */
export const maxCopiedBytes = 3 * 1024 * 1024
/** Work of one patch, in values visited: moving the tail of a list counts one for every {@link itemsPerStep}. */
const maxSteps = 10_000_000
const itemsPerStep = 32

type Path = readonly string[]
type Container = Exclude<JsonValue, null | boolean | number | bigint | string>

/**
 * A document while a JSON patch changes it in place. Every method throws a 422 StatusError when the operation cannot
 * be done, and when the patch as a whole grows or works beyond its limits.
 */
export class JsonPatchDocument {
  #root: JsonValue
  #copiedBytes = 0
  #steps = 0
  /** At least the depth of the document; made exact when it passes the limit. */
  #depth: number

  constructor(root: JsonValue) {
    this.#root = root
    this.#depth = this.#depthOf(root)
  }

  add(path: Path, value: JsonValue): void {
    this.#reach(path.length + this.#depthOf(value))
    this.#put(path, value)
    this.#checkDepth()
  }

  /** A member of an object need not be there, as in Kubernetes; RFC 6902 is stricter. Only a replace may put another document there. */
  replace(path: Path, value: JsonValue): void {
    this.#reach(path.length + this.#depthOf(value))
    if (path.length === 0) {
      if (typeof value !== 'object' || value === null) throw StatusError.genericInvalid()
      this.#root = value
    } else {
      const [parent, key] = this.#parentOf(path)
      if (Array.isArray(parent)) parent[this.#index(parent, key)] = value
      else setOwn(parent, key, value)
    }
    this.#checkDepth()
  }

  /** Returns what stood there. The document itself cannot be removed. */
  remove(path: Path): JsonValue {
    if (path.length === 0) throw StatusError.genericInvalid()
    const value = this.#require(path)
    const [parent, key] = this.#parentOf(path)
    if (Array.isArray(parent)) {
      const index = this.#index(parent, key)
      this.#spend((parent.length - index) / itemsPerStep)
      parent.splice(index, 1)
    } else Reflect.deleteProperty(parent, key)
    return value
  }

  move(from: Path, to: Path): void {
    const value = this.remove(from)
    this.#reach(to.length + this.#depth - from.length)
    this.#put(to, value)
    this.#checkDepth()
  }

  /** A member that is absent is copied as null, as in Kubernetes; RFC 6902 is stricter. */
  copy(from: Path, to: Path): void {
    const value = from.length === 0 ? undefined : this.#orNull(from)
    if (value === undefined) throw StatusError.genericInvalid()
    this.#copiedBytes += Buffer.byteLength(stringify(value))
    if (this.#copiedBytes > maxCopiedBytes) throw StatusError.genericInvalid()
    const copied = clone(value)
    this.#reach(to.length + this.#depthOf(copied))
    this.#put(to, copied)
    this.#checkDepth()
  }

  /** A member that is absent equals null, as in Kubernetes; RFC 6902 is stricter. */
  test(path: Path, expected: JsonValue): void {
    const actual = this.#orNull(path)
    if (actual === undefined || !deepEqual(actual, expected)) throw StatusError.genericInvalid()
  }

  finish(): JsonValue {
    return this.#root
  }

  #put(path: Path, value: JsonValue): void {
    const [parent, key] = this.#parentOf(path)
    if (!Array.isArray(parent)) setOwn(parent, key, value)
    else if (key === '-') parent.push(value)
    else {
      const index = parseIndex(key, parent.length + 1)
      if (index === undefined) throw StatusError.genericInvalid()
      this.#spend((parent.length - index) / itemsPerStep)
      parent.splice(index, 0, value)
    }
  }

  #get(path: Path): JsonValue | undefined {
    let value: JsonValue | undefined = this.#root
    for (const token of path) {
      if (Array.isArray(value)) {
        const index: number | undefined = parseIndex(token, value.length)
        value = index === undefined ? undefined : value[index]
      } else if (isObject(value)) value = getOwn(value, token)
      else return undefined
    }
    return value
  }

  /** Null for an absent member of an object; undefined for an absent item, and below what is absent. */
  #orNull(path: Path): JsonValue | undefined {
    const value = this.#get(path)
    return value === undefined && path.length > 0 && isObject(this.#get(path.slice(0, -1))) ? null : value
  }

  #require(path: Path): JsonValue {
    const value = this.#get(path)
    if (value === undefined) throw StatusError.genericInvalid()
    return value
  }

  #parentOf(path: Path): [Container, string] {
    const parent = this.#get(path.slice(0, -1))
    const key = path.at(-1)
    if (typeof parent !== 'object' || parent === null || key === undefined) throw StatusError.genericInvalid()
    return [parent, key]
  }

  #index(list: readonly JsonValue[], token: string): number {
    const index = parseIndex(token, list.length)
    if (index === undefined) throw StatusError.genericInvalid()
    return index
  }

  #spend(steps: number): void {
    this.#steps += steps
    if (this.#steps > maxSteps) throw StatusError.genericInvalid()
  }

  #reach(depth: number): void {
    this.#depth = Math.max(this.#depth, depth)
  }

  /** What is deeper than a body may be could be stored but never read again. */
  #checkDepth(): void {
    if (this.#depth <= maxDepth) return
    this.#depth = this.#depthOf(this.#root)
    if (this.#depth > maxDepth) throw StatusError.genericInvalid()
  }

  /** 0 for a scalar, 1 for an empty object. */
  #depthOf(value: JsonValue): number {
    this.#spend(1)
    if (typeof value !== 'object' || value === null) return 0
    let deepest = 0
    if (Array.isArray(value)) for (const item of value) deepest = Math.max(deepest, this.#depthOf(item))
    else for (const key of Object.keys(value)) deepest = Math.max(deepest, this.#depthOf(value[key] ?? null))
    return deepest + 1
  }
}
