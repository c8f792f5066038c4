import type { KubeObject, ObjectMeta } from '../meta/object.ts'

/** Any part of a value: members may be left out at every depth. */
export type DeepPartial<V> = V extends readonly (infer Item)[]
  ? readonly DeepPartial<Item>[]
  : V extends object
    ? string extends keyof V
      ? { readonly [Key in keyof V]: DeepPartial<V[Key]> }
      : { readonly [Member in keyof V]?: DeepPartial<V[Member]> }
    : V

/** Metadata that an applier may have a say in. */
export interface ApplyMetadata extends DeepPartial<
  Pick<
    ObjectMeta,
    'namespace' | 'uid' | 'resourceVersion' | 'labels' | 'annotations' | 'finalizers' | 'ownerReferences'
  >
> {
  /** Which object is meant. A TypeError where it is missing. */
  readonly name?: string
  /** An object that was read has it; it is not sent. */
  readonly managedFields?: unknown
}

/** The fields of an object that one applier wants to own, and no others. Source: client-go applyconfigurations. */
export type ApplyConfiguration<T extends KubeObject> = {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: ApplyMetadata
} & { readonly [Member in Exclude<keyof T, keyof KubeObject>]?: DeepPartial<T[Member]> }
