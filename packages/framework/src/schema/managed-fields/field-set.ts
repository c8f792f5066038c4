import { isObject, parseJson, type JsonObject, type JsonValue } from '../../util/json.ts'
import { sorted } from '../../util/sorted.ts'
import { compareElements, parsePathElement, type Path, type PathElement } from './path-element.ts'

/** What a set holds at one step: whether the step itself is a member, and the members below it (never an empty set). */
export interface FieldNode {
  readonly member: boolean
  readonly below: FieldSet | undefined
}

const leaf: FieldNode = { member: true, below: undefined }

/**
 * An immutable set of paths: the fields that somebody owns. Operations share what they do not change and answer the
 * set itself where nothing changes. Source: structured-merge-diff fieldpath/set.go.
 */
export class FieldSet {
  readonly nodes: ReadonlyMap<PathElement, FieldNode>
  #json: JsonObject | undefined
  #names: ReadonlySet<string> | undefined

  /** `nodes` belongs to the set from here on, and holds no node without members. */
  constructor(nodes: ReadonlyMap<PathElement, FieldNode>) {
    this.nodes = nodes
  }

  /** The one set without members. */
  static get empty(): FieldSet {
    return nothing
  }

  static of(...paths: readonly Path[]): FieldSet {
    const builder = new FieldSetBuilder()
    for (const path of paths) builder.insert(path)
    return builder.build()
  }

  /** Reads the text of fieldsV1. Throws an Error for what is none. */
  static parse(json: string): FieldSet {
    return FieldSet.fromJson(parseJson(json))
  }

  /**
   * Reads fieldsV1, which nobody may change from here on: it is read once. Steps of an unknown kind are passed over; throws an Error for what is no
   * fieldsV1.
   */
  static fromJson(fields: JsonValue): FieldSet {
    if (fields === null) return FieldSet.empty
    if (!isObject(fields)) throw new Error('expected an object of fields')
    const known = alreadyRead.get(fields)
    if (known) return known
    const reader = new Reader()
    const set = reader.read(fields).below ?? FieldSet.empty
    if (reader.exact && set !== nothing) set.#json = fields
    alreadyRead.set(fields, set)
    return set
  }

  /** fieldsV1, its keys in Kubernetes' order. Made once: nobody may change it. */
  toJson(): JsonObject {
    if (!this.#json) alreadyRead.set((this.#json = write(this, false)), this)
    return this.#json
  }

  /** The names of the fields, where the set holds nothing but fields of one object. Worked out once. */
  get names(): ReadonlySet<string> | undefined {
    return (this.#names ??= namesOf(this.nodes))
  }

  get isEmpty(): boolean {
    return this.nodes.size === 0
  }

  has(path: Path): boolean {
    let node: FieldNode | undefined
    let nodes: FieldSet['nodes'] | undefined = this.nodes
    for (const element of path) {
      node = nodes?.get(element)
      nodes = node?.below?.nodes
    }
    return node?.member ?? false
  }

  /** The members below one step, their paths without it. */
  below(element: PathElement): FieldSet {
    return this.nodes.get(element)?.below ?? FieldSet.empty
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty || other === this) return this
    if (this.isEmpty) return other
    let nodes: Map<PathElement, FieldNode> | undefined
    for (const [element, theirs] of other.nodes) {
      const ours = this.nodes.get(element)
      const joined = ours ? join(ours, theirs) : theirs
      if (joined !== ours) (nodes ??= new Map(this.nodes)).set(element, joined)
    }
    return nodes ? new FieldSet(nodes) : this
  }

  intersection(other: FieldSet): FieldSet {
    if (other === this) return this
    const nodes = new Map<PathElement, FieldNode>()
    for (const [element, ours] of this.nodes) {
      const theirs = other.nodes.get(element)
      if (!theirs) continue
      const below = ours.below && theirs.below && ours.below.intersection(theirs.below)
      addNode(nodes, element, ours.member && theirs.member, below)
    }
    return nodes.size ? new FieldSet(nodes) : FieldSet.empty
  }

  /** Whether it has all members of the other set. */
  includes(other: FieldSet): boolean {
    if (other === this) return true
    for (const [element, theirs] of other.nodes) {
      const ours = this.nodes.get(element)
      if (!ours || (theirs.member && !ours.member)) return false
      if (theirs.below && !(ours.below ?? FieldSet.empty).includes(theirs.below)) return false
    }
    return true
  }

  /** Without exactly the members of the other set: what is below one of them stays. */
  difference(other: FieldSet): FieldSet {
    return this.#without(other, false)
  }

  /** Without the members of the other set and everything below them. */
  recursiveDifference(other: FieldSet): FieldSet {
    return this.#without(other, true)
  }

  #without(other: FieldSet, recursive: boolean): FieldSet {
    if (other.isEmpty || this.isEmpty) return this
    if (other === this) return FieldSet.empty
    let nodes: Map<PathElement, FieldNode> | undefined
    for (const [element, ours] of this.nodes) {
      const theirs = other.nodes.get(element)
      if (!theirs) continue
      const member = ours.member && !theirs.member
      let { below } = ours
      if (recursive && theirs.member) below = undefined
      else if (below && theirs.below) below = below.#without(theirs.below, recursive)
      if (member === ours.member && below === ours.below) continue
      nodes ??= new Map(this.nodes)
      if (!addNode(nodes, element, member, below)) nodes.delete(element)
    }
    if (!nodes) return this
    return nodes.size ? new FieldSet(nodes) : FieldSet.empty
  }

  equals(other: FieldSet): boolean {
    if (other === this) return true
    if (other.nodes.size !== this.nodes.size) return false
    for (const [element, ours] of this.nodes) {
      const theirs = other.nodes.get(element)
      if (theirs?.member !== ours.member || !sameBelow(ours.below, theirs.below)) return false
    }
    return true
  }

  /** All members: at each step first its own, in order, then those further down. */
  *paths(prefix: Path = []): Generator<Path, void> {
    const elements = [...this.nodes.keys()].sort(compareElements)
    for (const element of elements) if (this.nodes.get(element)?.member) yield [...prefix, element]
    for (const element of elements) {
      const below = this.nodes.get(element)?.below
      if (below) yield* below.paths([...prefix, element])
    }
  }
}

function namesOf(nodes: FieldSet['nodes']): ReadonlySet<string> | undefined {
  const names = new Set<string>()
  for (const [element, { member, below }] of nodes) {
    if (!member || below || !element.startsWith('f:')) return undefined
    names.add(element.slice(2))
  }
  return names
}

const alreadyRead = new WeakMap<JsonObject, FieldSet>()

// Not a static member: TypeScript 6.0 compiles a class that makes itself there to one that cannot.
const nothing = new FieldSet(new Map())

/** Collects paths into a set. Not to be used any more after `build`. */
export class FieldSetBuilder {
  #nodes: Map<PathElement, FieldNode> | undefined

  /** The empty path is not tracked: nobody owns a whole object. */
  insert(path: Path): void {
    const last = path.length - 1
    if (last < 0) return
    let nodes: Map<PathElement, FieldNode> = (this.#nodes ??= new Map<PathElement, FieldNode>())
    for (let i = 0; i < last; i++) {
      const element = path[i] ?? ''
      const node = nodes.get(element)
      if (node?.below) {
        // Maps below were made here, nobody else has them yet.
        nodes = node.below.nodes as Map<PathElement, FieldNode>
        continue
      }
      const below = new Map<PathElement, FieldNode>()
      nodes.set(element, { member: node?.member ?? false, below: new FieldSet(below) })
      nodes = below
    }
    const element = path[last] ?? ''
    const node = nodes.get(element)
    if (!node) nodes.set(element, leaf)
    else if (!node.member) nodes.set(element, { member: true, below: node.below })
  }

  build(): FieldSet {
    return this.#nodes ? new FieldSet(this.#nodes) : FieldSet.empty
  }
}

/** Adds a node unless it would hold nothing; says whether it did. */
export function addNode(
  nodes: Map<PathElement, FieldNode>,
  element: PathElement,
  member: boolean,
  below: FieldSet | undefined,
): boolean {
  if (below && !below.isEmpty) nodes.set(element, { member, below })
  else if (member) nodes.set(element, leaf)
  else return false
  return true
}

function join(ours: FieldNode, theirs: FieldNode): FieldNode {
  const member = ours.member || theirs.member
  const below = ours.below && theirs.below ? ours.below.union(theirs.below) : (ours.below ?? theirs.below)
  return member === ours.member && below === ours.below ? ours : { member, below }
}

const sameBelow = (a: FieldSet | undefined, b: FieldSet | undefined): boolean => (a && b ? a.equals(b) : a === b)

class Reader {
  /** What was read is what would be written. */
  exact = true

  read(fields: JsonObject): FieldNode {
    let member = false
    let nodes: Map<PathElement, FieldNode> | undefined
    let last: PathElement | undefined
    for (const key of Object.keys(fields)) {
      const content = fields[key] ?? null
      if (key === '.') {
        member = true
        this.exact &&= last === undefined && isObject(content) && !Object.keys(content).length
        continue
      }
      const element = parsePathElement(key)
      this.exact &&= element === key && content !== null && (last === undefined || compareElements(last, key) < 0)
      last = key
      if (element === undefined) continue
      if (content !== null && !isObject(content)) throw new Error(`expected an object of fields at ${key}`)
      const node = content === null ? leaf : this.read(content)
      nodes ??= new Map()
      const before = nodes.get(element)
      nodes.set(element, before ? join(before, node) : node)
    }
    if (nodes) return { member, below: new FieldSet(nodes) }
    this.exact &&= !member
    return leaf
  }
}

function write(set: FieldSet, self: boolean): JsonObject {
  const fields: JsonObject = self ? { '.': {} } : {}
  // No key can be `__proto__`: each begins with the letter of its kind.
  for (const element of sorted([...set.nodes.keys()], compareElements)) {
    const node = set.nodes.get(element)
    fields[element] = node?.below ? write(node.below, node.member) : {}
  }
  return fields
}
