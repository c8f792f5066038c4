import type { FieldSelector } from '../meta/field-selector.ts'
import type { LabelSelector } from '../meta/label-selector.ts'
import type { KubeObject } from '../meta/object.ts'
import type { Predicate } from '../storage/storage.ts'
import type { StoredItem } from '../storage/stored-item.ts'
import type { ByteTest } from './byte-filter.ts'

export const everything: Predicate = { everything: true, matches: () => true }

/** The fields of an object that a field selector may name. */
export type FieldsOf<T extends KubeObject> = (object: T) => Record<string, string>

export const metadataFields = (object: KubeObject): Record<string, string> => ({
  'metadata.name': object.metadata.name ?? '',
  'metadata.namespace': object.metadata.namespace ?? '',
})

/** Both selectors as one predicate; {@link everything} when both are empty, so that nothing needs to be parsed. */
export function selectionPredicate<T extends KubeObject>(
  labels: LabelSelector,
  fields: FieldSelector,
  fieldsOf: FieldsOf<T> = metadataFields,
  byteTest: ByteTest = () => true,
): Predicate {
  if (labels.empty && fields.empty) return everything
  return {
    everything: false,
    matches: (item: StoredItem) => byteTest(item) && matchesSelectors(item.object as T, labels, fields, fieldsOf),
  }
}

/** Says of an object whether somebody may know of it. */
// The type of a method, so that a resource of one kind still counts as a resource.
export type RowFilter<T extends KubeObject> = { admits(object: T): boolean }['admits']

/** What both let through. */
export function narrowed<T extends KubeObject>(predicate: Predicate, visible: RowFilter<T> | undefined): Predicate {
  if (!visible) return predicate
  return { everything: false, matches: (item) => visible(item.object as T) && predicate.matches(item) }
}

export function matchesSelectors<T extends KubeObject>(
  object: T,
  labels: LabelSelector,
  fields: FieldSelector,
  fieldsOf: FieldsOf<T> = metadataFields,
): boolean {
  return labels.matches(object.metadata.labels) && (fields.empty || fields.matches(fieldsOf(object)))
}
