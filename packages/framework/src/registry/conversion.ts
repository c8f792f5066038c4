import type { Kind } from '../schema/kind.ts'
import type { KubeObject } from '../meta/object.ts'

/**
 * Another version of a resource's kind and the way to and from the hub (`storageVersion`). Functions get a private copy, may change and
 * return it, and need not touch apiVersion or kind. Build with {@link convert}.
 */
export interface ServedVersion<Hub extends KubeObject = KubeObject> {
  readonly kind: Kind
  /** false: stored objects may be in it, but no path serves it. */
  readonly served: boolean
  toStorage(object: KubeObject): Hub
  fromStorage(object: Hub): KubeObject
}

/** The way of objects to the hub and back, for {@link convert}. Functions get a private copy; what they throw is a 500. */
export interface Conversion<Spoke extends KubeObject, Hub extends KubeObject> {
  readonly toStorage: (object: Spoke) => Hub
  readonly fromStorage: (object: Hub) => Spoke
  readonly served?: boolean
}

/** Declares a further version; without functions only apiVersion changes (as a CRD's conversion strategy None). */
export function convert<Spoke extends KubeObject, Hub extends KubeObject>(
  kind: Kind<Spoke>,
  conversion?: Conversion<Spoke, Hub>,
): ServedVersion<Hub> {
  const toStorage = conversion?.toStorage ?? ((object: Spoke) => object as unknown as Hub)
  const fromStorage = conversion?.fromStorage ?? ((object: Hub) => object as unknown as Spoke)
  return {
    kind,
    served: conversion?.served ?? true,
    toStorage: (object) => toStorage(object as Spoke),
    fromStorage,
  }
}
