import type { KubeObject } from '../meta/object.ts'

/**
 * What is told about the objects of an informer. They belong to its cache: read them, never change them. What returns a
 * promise is waited for before the next is told, and what throws is reported and does no harm.
 */
export interface InformerHandler<T extends KubeObject> {
  /** `isInInitialList`: it was there before the handler. */
  onAdd?(object: T, isInInitialList: boolean): unknown
  onUpdate?(old: T, object: T): unknown
  /** `stateUnknown`: the deletion itself was missed, and `object` is the last state that was seen. */
  onDelete?(object: T, stateUnknown: boolean): unknown
}

/** What an informer knows of one of its handlers. */
export interface HandlerRegistration {
  /** True once the handler was told of all objects of the first complete set. */
  readonly hasSynced: boolean
  /** Takes the handler away again; it hears nothing more. */
  remove(): void
}

/** Of a handler: how often it is told of everything again. */
export interface HandlerOptions {
  /**
   * Tells the handler every so often of every object, as an update in which both states are the same. Default: what the
   * informer says. At least one second; 0: never.
   */
  readonly resyncMs?: number
}

/**
 * A handler that hears of some objects only: one that begins to be of interest was added for it, and one that is no
 * longer so was deleted. Source: client-go FilteringResourceEventHandler.
 */
export function filteredHandler<T extends KubeObject>(
  isOfInterest: (object: T) => boolean,
  handler: InformerHandler<T>,
): InformerHandler<T> {
  return {
    onAdd: (object, initial) => (isOfInterest(object) ? handler.onAdd?.(object, initial) : undefined),
    onUpdate: (old, object) => {
      const [was, is] = [isOfInterest(old), isOfInterest(object)]
      if (was && is) return handler.onUpdate?.(old, object)
      if (is) return handler.onAdd?.(object, false)
      return was ? handler.onDelete?.(old, false) : undefined
    },
    onDelete: (object, unknown) => (isOfInterest(object) ? handler.onDelete?.(object, unknown) : undefined),
  }
}

export type Notice<T extends KubeObject> =
  | { readonly type: 'add'; readonly object: T; readonly initial: boolean }
  | { readonly type: 'update'; readonly old: T; readonly object: T }
  | { readonly type: 'delete'; readonly object: T; readonly stateUnknown: boolean }
  /** Everything of the first set was told. */
  | { readonly type: 'synced' }

/**
 * Tells one handler, in order and one at a time, so that a slow one delays no other. Its queue has no limit, as in
 * client-go: to drop a notice would be to lose a change.
 */
export class HandlerQueue<T extends KubeObject> {
  readonly #handler: InformerHandler<T>
  readonly #onError: (error: unknown) => void
  #waiting: Notice<T>[] = []
  #busy = false
  #removed = false
  #hasSynced = false

  constructor(handler: InformerHandler<T>, onError: (error: unknown) => void) {
    this.#handler = handler
    this.#onError = onError
  }

  get hasSynced(): boolean {
    return this.#hasSynced
  }

  push(notice: Notice<T>): void {
    if (this.#removed) return
    this.#waiting.push(notice)
    if (!this.#busy) void this.#work()
  }

  remove(): void {
    this.#removed = true
    this.#waiting = []
  }

  /** Runs at once, without waiting for a tick, as long as the handler answers no promises. */
  async #work(): Promise<void> {
    this.#busy = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      for (const notice of batch) {
        if (this.#stopped()) return
        try {
          const told = this.#tell(notice)
          if (told instanceof Promise) await told
        } catch (error) {
          this.#onError(error)
        }
      }
    }
    this.#busy = false
  }

  #stopped(): boolean {
    return this.#removed
  }

  #tell(notice: Notice<T>): unknown {
    if (notice.type === 'synced') return (this.#hasSynced = true)
    if (notice.type === 'add') return this.#handler.onAdd?.(notice.object, notice.initial)
    if (notice.type === 'update') return this.#handler.onUpdate?.(notice.old, notice.object)
    return this.#handler.onDelete?.(notice.object, notice.stateUnknown)
  }
}
