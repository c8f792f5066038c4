import { LabelSelector } from '../meta/label-selector.ts'
import type { KubeObject } from '../meta/object.ts'
import { deepEqual } from '../util/json.ts'

/** Which changes are worth a reconciliation. What is left out lets everything through. */
export interface Predicate<T extends KubeObject = KubeObject> {
  create?(object: T): boolean
  update?(old: T, object: T): boolean
  delete?(object: T): boolean
}

/** Drops updates that leave metadata.generation as it is: those of status, labels and the like. */
export const generationChanged: Predicate = {
  update: (old, object) => old.metadata.generation !== object.metadata.generation,
}

/** Leaves out updates that change nothing, as of a resynchronisation. */
export const resourceVersionChanged: Predicate = {
  update: (old, object) => old.metadata.resourceVersion !== object.metadata.resourceVersion,
}

/** Lets updates through that change labels, and all else. */
export const labelChanged: Predicate = {
  update: (old, object) => !deepEqual(old.metadata.labels ?? {}, object.metadata.labels ?? {}),
}

/** Lets updates through that change annotations, and all else. */
export const annotationChanged: Predicate = {
  update: (old, object) => !deepEqual(old.metadata.annotations ?? {}, object.metadata.annotations ?? {}),
}

/** Objects for which the function says yes; of an update, the new one counts. */
export function objectPredicate<T extends KubeObject>(test: (object: T) => boolean): Predicate<T> {
  return { create: test, update: (_old, object) => test(object), delete: test }
}

/** Objects with these labels. Throws 400 when the selector cannot be read. */
export function labelSelector(selector: string | LabelSelector): Predicate {
  const parsed = typeof selector === 'string' ? LabelSelector.parse(selector) : selector
  return objectPredicate(({ metadata }) => parsed.matches(metadata.labels))
}

/** Lets through what all let through. */
export function and<T extends KubeObject>(...all: readonly Predicate<T>[]): Predicate<T> {
  return {
    create: (object) => all.every((p) => p.create?.(object) ?? true),
    update: (old, object) => all.every((p) => p.update?.(old, object) ?? true),
    delete: (object) => all.every((p) => p.delete?.(object) ?? true),
  }
}

/** Lets through what one of them lets through. */
export function or<T extends KubeObject>(...some: readonly Predicate<T>[]): Predicate<T> {
  return {
    create: (object) => some.some((p) => p.create?.(object) ?? true),
    update: (old, object) => some.some((p) => p.update?.(old, object) ?? true),
    delete: (object) => some.some((p) => p.delete?.(object) ?? true),
  }
}

/** Lets through what the other does not. */
export function not<T extends KubeObject>(predicate: Predicate<T>): Predicate<T> {
  return {
    create: (object) => !(predicate.create?.(object) ?? true),
    update: (old, object) => !(predicate.update?.(old, object) ?? true),
    delete: (object) => !(predicate.delete?.(object) ?? true),
  }
}
