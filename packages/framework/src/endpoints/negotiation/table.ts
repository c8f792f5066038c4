import { StatusError } from '../../meta/status.ts'
import { field } from '../../meta/field-error.ts'
import type { KubeObject, ListMeta } from '../../meta/object.ts'
import type { JsonObject, JsonValue } from '../../util/json.ts'

/** What the rows of a Table carry of their objects. */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

/** The columns of a kind, compiled. */
export interface TableColumns {
  /** metav1.TableColumnDefinition, with all of its members. */
  readonly definitions: readonly object[]
  cells(object: KubeObject, nowMs: number): JsonValue[]
}

export interface TableFields {
  readonly columns: TableColumns
  readonly metadata: ListMeta
  readonly objects: readonly KubeObject[]
  readonly version: 'v1' | 'v1beta1'
  readonly includeObject: IncludeObject
  /** Only the first Table of a watch says what its columns are. */
  readonly withColumns: boolean
}

/** A metav1.Table of some objects. Source: endpoints/handlers/response.go asTable, registry/rest/table.go. */
export function tableOf({ columns, metadata, objects, version, includeObject, withColumns }: TableFields): JsonObject {
  const nowMs = Date.now()
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: metadata as JsonObject,
    columnDefinitions: withColumns ? (columns.definitions as unknown as JsonValue) : null,
    rows: objects.map((object) => ({
      cells: columns.cells(object, nowMs),
      object: included(object, version, includeObject),
    })),
  }
}

function included(object: KubeObject, version: 'v1' | 'v1beta1', includeObject: IncludeObject): JsonValue {
  if (includeObject === 'Object') return object as unknown as JsonValue
  // The bookmark that ends the initial events is known by its annotation: that is never left out.
  if (includeObject === 'Metadata' || object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true')
    return partialObject(object, version)
  return null
}

/** The `includeObject` of a query. Throws 400. */
export function includeObjectOf(value: string | null): IncludeObject {
  switch (value ?? '') {
    case '':
    case 'Metadata':
      return 'Metadata'
    case 'Object':
      return 'Object'
    case 'None':
      return 'None'
    default: {
      const error = field.invalid('includeObject', value, "must be 'Metadata', 'Object', 'None', or empty")
      throw StatusError.badRequest(`Unable to convert to Table as requested: ${String(error)}`)
    }
  }
}

/** A metav1.PartialObjectMetadata. It shares the metadata of the object. */
export const partialObject = (object: KubeObject, version: 'v1' | 'v1beta1'): JsonObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${version}`,
  metadata: object.metadata as unknown as JsonObject,
})

/** A metav1.PartialObjectMetadataList; the items of an empty one are null, as Go writes a list that is nil. */
export const partialObjectList = (
  objects: readonly KubeObject[],
  metadata: ListMeta,
  version: 'v1' | 'v1beta1',
): JsonObject => ({
  kind: 'PartialObjectMetadataList',
  apiVersion: `meta.k8s.io/${version}`,
  metadata: metadata as JsonObject,
  items: objects.length ? objects.map((object) => partialObject(object, version)) : null,
})
