import { LabelSelector } from '../meta/label-selector.ts'
import type { KubeObject, ObjectMeta } from '../meta/object.ts'
import { pause, systemClock, type Clock } from '../util/clock.ts'
import { clone } from '../util/json.ts'
import { IndexedStore, namespaceIndex, type IndexFunction } from './indexed-store.ts'
import {
  HandlerQueue,
  type HandlerOptions,
  type HandlerRegistration,
  type InformerHandler,
  type Notice,
} from './informer-handler.ts'
import { Reflector, type ReflectorOptions, type ReflectorStore } from './reflector.ts'
import type { ResourceClient } from './resource-client.ts'
import { namespacedName, objectKey, type ResourceKind } from './resource-kind.ts'

/** Of an Informer: selectors, resynchronisation, indexes, what becomes of its objects. */
export interface InformerOptions<T extends KubeObject> extends ReflectorOptions {
  /** Makes objects smaller before they are kept, such as by dropping managedFields. Must come to the same when applied again. */
  readonly transform?: (object: T) => T
  /** How often handlers that do not say otherwise are told again of every object. Default: never. */
  readonly resyncMs?: number
  /** Whether what handlers get cannot be changed: a mistake shows where it is made. Default: unless NODE_ENV is `production`. */
  readonly freeze?: boolean
}

const minResyncMs = 1000

/** Objects that a cache was asked for. */
export interface CacheListOptions {
  readonly namespace?: string
  readonly labelSelector?: string | LabelSelector
}

/**
 * A copy, in memory, of all objects of a kind that the client's choice (a namespace, selectors) has, kept up to date by
 * a watch. What is read from it is a private copy. Source: client-go tools/cache/shared_informer.go.
 */
export class Informer<T extends KubeObject> {
  readonly kind: ResourceKind<T>
  readonly #reflector: Reflector<T>
  readonly #objects = new IndexedStore<T>()
  readonly #handlers = new Set<HandlerQueue<T>>()
  readonly #transform: (object: T) => T
  readonly #onError: (error: unknown) => void
  readonly #resyncMs: number
  readonly #clock: Clock
  readonly #freeze: boolean
  readonly #synced: Promise<void>
  #markSynced: () => void = () => {}
  #hasSynced = false
  #running: Promise<void> | undefined

  constructor(resource: ResourceClient<T>, options: InformerOptions<T> = {}) {
    this.kind = resource.kind
    this.#transform = options.transform ?? ((object) => object)
    this.#onError = options.onError ?? (() => {})
    this.#resyncMs = options.resyncMs ?? 0
    this.#clock = options.clock ?? systemClock
    this.#freeze = options.freeze ?? process.env['NODE_ENV'] !== 'production'
    this.#reflector = new Reflector(resource, this.#reflectorStore(), options)
    this.#synced = new Promise((resolve) => (this.#markSynced = resolve))
  }

  /** True once the first complete set of objects is here. */
  get hasSynced(): boolean {
    return this.#hasSynced
  }

  /** The version that the cache has reached. */
  get resourceVersion(): string {
    return this.#reflector.resourceVersion
  }

  /** Resolves when the signal aborts. An informer runs once: a second call waits for the first. */
  run(signal: AbortSignal): Promise<void> {
    return (this.#running ??= this.#reflector.run(signal))
  }

  /** Waits for {@link hasSynced}; rejects with the signal's reason. */
  async synced(signal?: AbortSignal): Promise<void> {
    if (this.#hasSynced) return
    signal?.throwIfAborted()
    let stop = (): void => {}
    const aborted = new Promise<void>((resolve) => (stop = resolve))
    signal?.addEventListener('abort', stop, { once: true })
    await Promise.race([this.#synced, aborted])
    signal?.removeEventListener('abort', stop)
    signal?.throwIfAborted()
  }

  get(name: string, namespace = ''): T | undefined {
    return clone(this.#objects.get(objectKey({ namespace, name })))
  }

  /** The metadata of one object, not a copy: read it and let it go. */
  peek(name: string, namespace = ''): Readonly<ObjectMeta> | undefined {
    return this.#objects.get(objectKey({ namespace, name }))?.metadata
  }

  /** In no particular order. */
  list({ namespace, labelSelector }: CacheListOptions = {}): T[] {
    const selector = typeof labelSelector === 'string' ? LabelSelector.parse(labelSelector) : labelSelector
    const found = namespace ? this.#objects.byIndex(namespaceIndex, namespace) : [...this.#objects.values()]
    return clone(selector ? found.filter(({ metadata }) => selector.matches(metadata.labels)) : found)
  }

  byIndex(index: string, value: string): T[] {
    return clone(this.#objects.byIndex(index, value))
  }

  /** Lets {@link byIndex} find objects by the values that the function gives for them. */
  addIndex(name: string, valuesOf: IndexFunction<T>): this {
    this.#objects.addIndex(name, valuesOf)
    return this
  }

  /** Keys (`namespace/name`) of what {@link byIndex} finds. */
  keysByIndex(index: string, value: string): string[] {
    return this.#objects.keysByIndex(index, value)
  }

  /** All values under which an index finds something. */
  indexValues(index: string): string[] {
    return this.#objects.indexValues(index)
  }

  /** Throws, for a health check, when the informer hangs: it hears nothing, and does nothing about it. */
  checkHealth(): void {
    this.#reflector.checkHealth()
  }

  /** A handler that comes late is told first of the objects that are there. */
  addHandler(handler: InformerHandler<T>, { resyncMs = this.#resyncMs }: HandlerOptions = {}): HandlerRegistration {
    const queue = new HandlerQueue(handler, this.#onError)
    const removed = new AbortController()
    this.#handlers.add(queue)
    for (const object of this.#objects.values()) queue.push({ type: 'add', object, initial: true })
    if (this.#hasSynced) queue.push({ type: 'synced' })
    if (resyncMs > 0) void this.#resync(queue, Math.max(minResyncMs, resyncMs), removed.signal)
    return {
      get hasSynced() {
        return queue.hasSynced
      },
      remove: () => {
        this.#handlers.delete(queue)
        queue.remove()
        removed.abort()
      },
    }
  }

  /** For as long as the handler is there; that keeps no process alive. */
  async #resync(queue: HandlerQueue<T>, everyMs: number, removed: AbortSignal): Promise<void> {
    for (;;) {
      await pause(this.#clock, everyMs, removed, { keepAlive: false })
      if (removed.aborted) return
      if (this.#hasSynced)
        for (const object of this.#objects.values()) queue.push({ type: 'update', old: object, object })
    }
  }

  #reflectorStore(): ReflectorStore<T> {
    return {
      set: (object) => this.#set(object, false),
      delete: (object) => this.#delete(objectKey(namespacedName(object)), object),
      replace: (items) => this.#replace(items),
    }
  }

  #replace(items: readonly T[]): void {
    const kept = new Set(items.map((item) => objectKey(namespacedName(item))))
    for (const key of [...this.#objects.keys()]) if (!kept.has(key)) this.#delete(key, undefined)
    for (const item of items) this.#set(item, !this.#hasSynced)
    if (this.#hasSynced) return
    this.#hasSynced = true
    this.#notify({ type: 'synced' })
    this.#markSynced()
  }

  #set(given: T, initial: boolean): void {
    const object = this.#kept(given)
    const old = this.#objects.set(object)
    if (!old) {
      this.#notify({ type: 'add', object, initial })
      return
    }
    // A list that tells what is known already is no change.
    if (old.metadata.resourceVersion !== object.metadata.resourceVersion) this.#notify({ type: 'update', old, object })
  }

  #delete(key: string, last: T | undefined): void {
    const old = this.#objects.delete(key)
    if (!old) return
    this.#notify({ type: 'delete', object: last ? this.#kept(last) : old, stateUnknown: last === undefined })
  }

  #kept(given: T): T {
    const object = this.#transform(given)
    return this.#freeze ? deepFreeze(object) : object
  }

  #notify(notice: Notice<T>): void {
    for (const handler of this.#handlers) handler.push(notice)
  }
}

function deepFreeze<V>(value: V): V {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}

/** A transform that drops what makes up a good part of most objects, and is of no use to most controllers. */
export function dropManagedFields<T extends KubeObject>(object: T): T {
  delete object.metadata.managedFields
  return object
}
