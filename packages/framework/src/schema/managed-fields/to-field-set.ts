import { isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
import { keysOf } from '../../util/listed-keys.ts'
import { atomKind, walkedKind } from './atom-kind.ts'
import { deduced, isMapOfScalars, type ListType, type MapType, type Type } from './atoms.ts'
import { addNode, FieldSet, type FieldNode } from './field-set.ts'
import { indexItems, ItemError } from './list-items.ts'
import { fieldElement, type PathElement } from './path-element.ts'

const whole: FieldNode = { member: true, below: undefined }
const nothing: FieldNode = { member: false, below: undefined }

interface Walk {
  /**
   * An empty list of items gives no field, but here, where it is taken for one that was emptied and so would be null in Kubernetes.
   */
  readonly emptyLists?: boolean
  /** A set that is probably the same, or has parts that are: they are answered in place of new ones. */
  readonly known?: FieldSet | undefined
}

/** The fields that an object gives a value. Source: structured-merge-diff typed/tofieldset.go. */
export const toFieldSet = (type: Type, value: JsonValue, { emptyLists = false, known }: Walk = {}): FieldSet =>
  nodeOf(type, value, emptyLists, known).below ?? FieldSet.empty

function nodeOf(type: Type, value: JsonValue, emptyLists: boolean, known?: FieldSet): FieldNode {
  const kind = walkedKind(type, atomKind(type, value))
  if (kind === 'map' && type.map) return mapNode(type.map, value, emptyLists, known)
  if (kind === 'list' && type.list) return listNode(type.list, value, emptyLists)
  return whole
}

function mapNode(map: MapType, value: JsonValue, emptyLists: boolean, known?: FieldSet): FieldNode {
  if (map.atomic) return whole
  if (!isObject(value)) return nothing
  if (known && isMapOfScalars(map) && isSetOf(known, value)) return { member: false, below: known }
  const nodes = new Map<PathElement, FieldNode>()
  for (const key of Object.keys(value)) {
    const member = value[key] ?? null
    const field = map.fields.get(key)
    const element = field?.element ?? fieldElement(key)
    const node = nodeOf(field?.type ?? map.elementType ?? deduced, member, emptyLists, known?.nodes.get(element)?.below)
    // Keys of maps are owned themselves; members of structures only where they have nothing that could be owned.
    addNode(
      nodes,
      element,
      node.member || !field || member === null || (!node.below?.nodes.size && isEmptyObject(member)),
      node.below,
    )
  }
  return { member: false, below: new FieldSet(nodes) }
}

function listNode(list: ListType, value: JsonValue, emptyLists: boolean): FieldNode {
  if (list.atomic || (emptyLists && Array.isArray(value) && !value.length)) return whole
  if (!Array.isArray(value)) return nothing
  const nodes = new Map<PathElement, FieldNode>()
  try {
    for (const [element, items] of indexItems(list, value)) {
      const [item = null] = items
      addNode(nodes, element, true, items.length > 1 ? undefined : nodeOf(list.elementType, item, emptyLists).below)
    }
  } catch (error) {
    if (error instanceof ItemError) return whole
    throw error
  }
  return { member: false, below: new FieldSet(nodes) }
}

/** Whether a set is just that of an object's keys, whose values are none that could have fields. */
function isSetOf({ names }: FieldSet, object: JsonObject): boolean {
  const keys = keysOf(object)
  if (keys.length !== names?.size) return false
  let at = 0
  // They mostly stand in one order.
  for (const name of names) {
    const key = keys[at++] ?? ''
    if (key !== name && !names.has(key)) return false
    if (typeof object[key] === 'object') return false
  }
  return true
}

const isEmptyObject = (value: JsonValue): boolean => isObject(value) && !Object.keys(value).length
