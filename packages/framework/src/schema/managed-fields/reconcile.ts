import { walkedKind } from './atom-kind.ts'
import type { Type } from './atoms.ts'
import { FieldSet, type FieldNode } from './field-set.ts'
import type { PathElement } from './path-element.ts'

/**
 * Brings a set that was stored under an earlier schema in line with this one: whoever owned something below what is
 * now owned as a whole, owns the whole. Answers the set itself where nothing changes.
 * Source: structured-merge-diff typed/reconcile_schema.go.
 */
export function reconcile(type: Type, set: FieldSet): FieldSet {
  if (inLine.get(set) === type) return set
  const reconciled = reconciledNodes(type, set)
  if (reconciled) return new FieldSet(reconciled)
  inLine.set(set, type)
  return set
}

/** The type that a set was last found to be in line with. Sets live as long as their managers: most are seen many times. */
const inLine = new WeakMap<FieldSet, Type>()

function reconciledNodes(type: Type, set: FieldSet): Map<PathElement, FieldNode> | undefined {
  let nodes: Map<PathElement, FieldNode> | undefined
  for (const [element, node] of set.nodes) {
    if (!node.below) continue
    const childType = typeBelow(type, element)
    if (!childType) continue
    const reconciled = reconcileNode(childType, node, node.below)
    if (reconciled !== node) (nodes ??= new Map(set.nodes)).set(element, reconciled)
  }
  return nodes
}

function typeBelow(type: Type, element: PathElement): Type | undefined {
  if (walkedKind(type, 'any') === 'list') return type.list?.elementType
  const { map } = type
  if (!map || !element.startsWith('f:')) return undefined
  return (map.fields.get(element.slice(2)) ?? { type: map.elementType }).type
}

function reconcileNode(type: Type, node: FieldNode, below: FieldSet): FieldNode {
  const kind = walkedKind(type, 'any')
  if (kind === 'scalar' || (kind === 'map' && isDeduced(type))) return node
  if (kind === 'map' ? type.map?.atomic : type.list?.atomic) return { member: true, below: undefined }
  const reconciled = reconcile(type, below)
  return reconciled === below ? node : { member: node.member, below: reconciled }
}

/** Maps of which the schema says nothing cannot have changed. */
const isDeduced = ({ map }: Type): boolean => map?.fields.size === 0 && map.elementType?.scalar === 'untyped'
