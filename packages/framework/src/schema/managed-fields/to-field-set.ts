import { isObject, type JsonValue } from '../../util/json.ts'
import { atomKind, walkedKind } from './atom-kind.ts'
import { deduced, type ListType, type MapType, type Type } from './atoms.ts'
import { addNode, FieldSet, type FieldNode } from './field-set.ts'
import { indexItems, ItemError } from './list-items.ts'
import { fieldElement, type PathElement } from './path-element.ts'

const whole: FieldNode = { member: true, below: undefined }
const nothing: FieldNode = { member: false, below: undefined }

/**
 * The fields that an object gives a value. An empty list of items gives none, but with `emptyLists`, that takes it for one that was
 * emptied and so would be null in Kubernetes. Source: structured-merge-diff typed/tofieldset.go.
 */
export const toFieldSet = (type: Type, value: JsonValue, emptyLists = false): FieldSet =>
  nodeOf(type, value, emptyLists).below ?? FieldSet.empty

function nodeOf(type: Type, value: JsonValue, emptyLists: boolean): FieldNode {
  const kind = walkedKind(type, atomKind(type, value))
  if (kind === 'map' && type.map) return mapNode(type.map, value, emptyLists)
  if (kind === 'list' && type.list) return listNode(type.list, value, emptyLists)
  return whole
}

function mapNode(map: MapType, value: JsonValue, emptyLists: boolean): FieldNode {
  if (map.atomic) return whole
  if (!isObject(value)) return nothing
  const nodes = new Map<PathElement, FieldNode>()
  for (const key of Object.keys(value)) {
    const member = value[key] ?? null
    const field = map.fields.get(key)
    const element = field?.element ?? fieldElement(key)
    const node = nodeOf(field?.type ?? map.elementType ?? deduced, member, emptyLists)
    // Keys of maps are owned themselves; members of structures only where they have nothing that could be owned.
    addNode(nodes, element, node.member || !field || member === null || isEmptyObject(member), node.below)
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

const isEmptyObject = (value: JsonValue): boolean => isObject(value) && !Object.keys(value).length
