import type { KubeObject } from '../meta/object.ts'

/** Whether deletion waits for this finalizer. */
export const containsFinalizer = ({ metadata }: KubeObject, finalizer: string): boolean =>
  metadata.finalizers?.includes(finalizer) ?? false

/** Changes the object given; false when it had the finalizer. Write it with its resourceVersion: others add theirs. */
export function addFinalizer(object: KubeObject, finalizer: string): boolean {
  if (containsFinalizer(object, finalizer)) return false
  object.metadata.finalizers = [...(object.metadata.finalizers ?? []), finalizer]
  return true
}

/** Changes the object given; false when it did not have the finalizer. */
export function removeFinalizer(object: KubeObject, finalizer: string): boolean {
  if (!containsFinalizer(object, finalizer)) return false
  object.metadata.finalizers = object.metadata.finalizers?.filter((each) => each !== finalizer) ?? []
  return true
}

/** Cleans up what an object that is being deleted leaves outside of the API. Called again until it does not throw. */
export type Finalizer<T extends KubeObject> = (object: T, signal: AbortSignal) => Promise<void> | void

/**
 * The finalizers of one kind: `finalize` adds them to an object that lives, and calls and removes them when it is being
 * deleted. Whether the object was changed, and has to be written, is the answer. Source: controller-runtime pkg/finalizer.
 */
export class Finalizers<T extends KubeObject> {
  readonly #finalizers = new Map<string, Finalizer<T>>()

  /** Throws a TypeError when the name is taken. */
  register(name: string, finalizer: Finalizer<T>): this {
    if (this.#finalizers.has(name)) throw new TypeError(`finalizer with key ${JSON.stringify(name)} already registered`)
    this.#finalizers.set(name, finalizer)
    return this
  }

  /** All are tried; an AggregateError then tells of those that failed, and `changed` what is to be written all the same. */
  async finalize(object: T, signal: AbortSignal): Promise<FinalizerResult> {
    const deleting = Boolean(object.metadata.deletionTimestamp)
    const errors: unknown[] = []
    let changed = false
    for (const [name, finalizer] of this.#finalizers) {
      if (!deleting) changed = addFinalizer(object, name) || changed
      else if (containsFinalizer(object, name))
        try {
          await finalizer(object, signal)
          changed = removeFinalizer(object, name) || changed
        } catch (error) {
          errors.push(error)
        }
    }
    const error =
      errors.length > 0 ? new AggregateError(errors, `finalizers failed: ${errors.map(String).join('; ')}`) : undefined
    return { changed, deleting, ...(error ? { error } : {}) }
  }
}

/** Whether the list of finalizers changed (write it then), whether the object is on its way, and what went wrong. */
export interface FinalizerResult {
  /** The object must be written. */
  readonly changed: boolean
  /** Nothing but the clean-up is to be done. */
  readonly deleting: boolean
  /** To be thrown when the object is written. */
  readonly error?: AggregateError
}
