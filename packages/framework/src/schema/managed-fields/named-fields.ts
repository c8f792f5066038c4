import type { Type } from './atoms.ts'
import { FieldSet, type FieldNode } from './field-set.ts'

/**
 * A set together with the declared fields that its paths lead through: an applier of `spec.a` does not own `spec`, yet
 * what it leaves behind goes with it. Source: structured-merge-diff fieldpath EnsureNamedFieldsAreMembers.
 */
export function withNamedFields(type: Type | undefined, set: FieldSet): FieldSet {
  let nodes: Map<string, FieldNode> | undefined
  for (const [element, node] of set.nodes) {
    if (!node.below) continue
    const isField = element.startsWith('f:')
    const field = isField ? type?.map?.fields.get(element.slice(2)) : undefined
    const childType = isField ? (field?.type ?? type?.map?.elementType) : type?.list?.elementType
    const member = node.member || field !== undefined
    const below = withNamedFields(childType, node.below)
    if (member !== node.member || below !== node.below) (nodes ??= new Map(set.nodes)).set(element, { member, below })
  }
  return nodes ? new FieldSet(nodes) : set
}
