import { clone, type JsonObject } from '../util/json.ts'

/** metav1.OwnerReference */
export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

/** metav1.ManagedFieldsEntry */
export interface ManagedFieldsEntry {
  manager?: string
  operation?: string
  apiVersion?: string
  time?: string
  fieldsType?: string
  /** Never changed in place: copies of the object share it. */
  fieldsV1?: JsonObject
  subresource?: string
}

/** metav1.ObjectMeta. Times are RFC 3339 in UTC with whole seconds. */
export interface ObjectMeta {
  name?: string
  generateName?: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string | null
  deletionTimestamp?: string | null
  deletionGracePeriodSeconds?: number | null
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  managedFields?: ManagedFieldsEntry[]
}

/** Any API object. Fields beside these three belong to its kind. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
}

/** A copy that may be changed, but for the fieldsV1 of its managers: often the larger part of an object, they are only ever replaced. */
export function cloneObject<T extends KubeObject>(object: T): T {
  const { managedFields, ...metadata } = object.metadata
  const copy = clone({ ...object, metadata })
  if (managedFields) copy.metadata.managedFields = managedFields.map((entry) => ({ ...entry }))
  return copy
}

/** metav1.ListMeta */
export interface ListMeta {
  resourceVersion?: string
  continue?: string
  remainingItemCount?: number
}
