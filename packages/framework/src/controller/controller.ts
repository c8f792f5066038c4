import type { InformerCache } from '../client/informer-cache.ts'
import { objectKey, type NamespacedName, type ResourceKind } from '../client/resource-kind.ts'
import { traceAnnotation, traceIdOf } from '../client/trace-context.ts'
import type { KubeObject } from '../meta/object.ts'
import type { Clock } from '../util/clock.ts'
import { ControllerError } from './controller-error.ts'
import type { ControllerMetrics } from './controller-metrics.ts'
import type { Logger } from './logger.ts'
import { and, type Predicate } from './predicate.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { ReconcileWorker } from './reconcile-worker.ts'
import type { Reconciler } from './reconciler.ts'
import { toItself, toOwner, type RequestMapping } from './request-mapping.ts'
import { listenTo, type Source } from './source.ts'
import { WorkQueue, type AddOptions } from './work-queue.ts'

/** How a Controller works: its name, how many calls at once, their time, its waits. */
export interface ControllerOptions {
  /** Unique in a Manager. Default: the kind of `for`, in lower case. */
  readonly name?: string
  /** Objects that are reconciled at the same time; never one object twice. Default 1. */
  readonly maxConcurrentReconciles?: number
  /** How long the first objects may take to arrive before the start fails. Default two minutes. */
  readonly cacheSyncTimeoutMs?: number
  /** Aborts the signal of a call that takes longer. Default: none. */
  readonly reconciliationTimeoutMs?: number
  /** Default: 5 ms, doubled with every failure of an object, up to 1000 s. */
  readonly rateLimiter?: RateLimiter
  /** Default true: with leader election, the leader's controllers only run. */
  readonly needLeaderElection?: boolean
  /** Whether objects are read already before this process is the leader, so that it starts at once then. Default false. */
  readonly enableWarmup?: boolean
}

/** Adds requests to a controller for reasons of its own: a timer, a message from elsewhere. */
export type RequestFeed = (
  add: (request: NamespacedName, options?: AddOptions) => void,
  signal: AbortSignal,
) => void | Promise<void>

/** Which owners of an object are looked at: the controlling one, or all. */
export interface OwnsOptions {
  /** Every owner of the kind, not only the one that is the controller. */
  readonly matchEveryOwner?: boolean
}

/** What a controller needs to run; a Manager has it. */
export interface ControllerContext {
  readonly cache: InformerCache
  readonly logger: Logger
  readonly metrics?: ControllerMetrics
  /** Default: the machine's. */
  readonly clock?: Clock
}

/**
 * Calls a {@link Reconciler} for objects of one kind whenever they, or others that they depend on, change:
 * `new Controller(new FlunderReconciler(client)).for(Flunder).owns(ConfigMap)`. Source: controller-runtime pkg/builder.
 */
export class Controller {
  readonly #reconciler: Reconciler
  readonly #options: ControllerOptions
  readonly #sources: Source[] = []
  readonly #feeds: RequestFeed[] = []
  #filter: Predicate | undefined
  #kind: ResourceKind | undefined
  #started = false

  constructor(reconciler: Reconciler, options: ControllerOptions = {}) {
    this.#reconciler = reconciler
    this.#options = options
  }

  /** Throws a TypeError when there is neither a name nor a kind. */
  get name(): string {
    const name = this.#options.name ?? this.#kind?.kind.toLowerCase()
    if (!name) throw new TypeError('a controller needs for(kind), or a name')
    return name
  }

  get needLeaderElection(): boolean {
    return this.#options.needLeaderElection ?? true
  }

  /** The kind to reconcile; once. */
  for<T extends KubeObject>(kind: ResourceKind<T>, ...predicates: readonly Predicate<NoInfer<T>>[]): this {
    if (this.#kind) throw new TypeError('for(…) may only be called once')
    this.#kind = kind
    return this.#watch(kind, toItself, predicates)
  }

  /** A kind whose objects are made for objects of the kind of `for`, which must be called before: a change reconciles the owner. */
  owns<T extends KubeObject>(
    kind: ResourceKind<T>,
    options: OwnsOptions = {},
    ...predicates: readonly Predicate<NoInfer<T>>[]
  ): this {
    if (!this.#kind) throw new TypeError('owns(…) needs for(…) before it')
    return this.#watch(kind, toOwner(this.#kind, options.matchEveryOwner === true), predicates)
  }

  /** Any other kind. Of an update both states are mapped, so that what is no longer referred to is reconciled too. */
  watches<T extends KubeObject>(
    kind: ResourceKind<T>,
    map: RequestMapping<NoInfer<T>>,
    ...predicates: readonly Predicate<NoInfer<T>>[]
  ): this {
    return this.#watch(kind, map, predicates)
  }

  /** Anything that is no kind: it gets what adds requests, and runs until the signal aborts. A failure stops the controller. */
  feed(feed: RequestFeed): this {
    this.#feeds.push(feed)
    return this
  }

  /** A predicate for the changes of all kinds, beside their own. */
  withEventFilter(predicate: Predicate): this {
    this.#filter = predicate
    return this
  }

  /** With `enableWarmup`, lets the cache read what this controller is going to need. */
  warmUp({ cache }: ControllerContext): void {
    if (this.#options.enableWarmup) for (const { kind } of this.#sources) cache.informer(kind)
  }

  /**
   * Waits for the first objects, then reconciles until the signal aborts and the calls that run have ended. Rejects when
   * the objects do not arrive in time. The cache must be running, and a controller runs once.
   */
  async start(signal: AbortSignal, { cache, logger, metrics, clock }: ControllerContext): Promise<void> {
    if (this.#started) throw new TypeError(`controller ${this.name} was started more than once`)
    if (this.#sources.length === 0 && this.#feeds.length === 0)
      throw new TypeError(`there are no watches configured, controller ${this.name} will never get triggered`)
    this.#started = true
    const { rateLimiter, maxConcurrentReconciles = 1, reconciliationTimeoutMs } = this.#options
    const queue = new WorkQueue<NamespacedName>({
      keyOf: objectKey,
      ...(rateLimiter ? { rateLimiter } : {}),
      ...(metrics ? { observer: metrics.queue(this.name) } : {}),
      ...(clock ? { clock } : {}),
    })
    const worker = new ReconcileWorker(this.#reconciler, queue, {
      logger,
      fields: this.#fields(),
      kind: this.#kind?.kind,
      timeoutMs: reconciliationTimeoutMs,
      causeOf: ({ namespace, name }) => {
        const text = this.#kind && cache.informer(this.#kind).peek(name, namespace)?.annotations?.[traceAnnotation]
        return traceIdOf(text) && text
      },
      observer: metrics?.controller(this.name, maxConcurrentReconciles),
    })
    const handlers = this.#sources.map((source) =>
      listenTo(this.#filtered(source), cache, queue, (err) => {
        logger.error({ ...this.#fields(), source: source.kind.kind, err }, 'Cannot map an object to requests')
      }),
    )
    try {
      await this.#synced(signal, cache)
      if (signal.aborted) return
      logger.info({ ...this.#fields(), workerCount: maxConcurrentReconciles }, 'Starting workers')
      const add = (request: NamespacedName, options?: AddOptions): void => queue.add(request, options)
      const workers = Array.from({ length: maxConcurrentReconciles }, () => worker.run(signal))
      // A feed that ends is no reason to end; one that fails is, once the calls that run have ended.
      const feeds = Promise.all(this.#feeds.map(async (feed) => feed(add, signal)))
      feeds.catch(() => queue.shutDown())
      await Promise.all(workers)
      await feeds
    } finally {
      queue.shutDown()
      for (const handler of handlers) handler.remove()
    }
  }

  #watch<T extends KubeObject>(
    kind: ResourceKind<T>,
    map: RequestMapping<T>,
    predicates: readonly Predicate<T>[],
  ): this {
    // The informer of a kind gives objects of that kind only.
    this.#sources.push({ kind, map: map as RequestMapping<KubeObject>, predicate: and(...predicates) })
    return this
  }

  #filtered(source: Source): Source {
    return this.#filter ? { ...source, predicate: and(this.#filter, source.predicate) } : source
  }

  async #synced(signal: AbortSignal, cache: InformerCache): Promise<void> {
    const { cacheSyncTimeoutMs = 120_000 } = this.#options
    const late = new AbortController()
    const stop = (): void => late.abort()
    const timer = setTimeout(stop, cacheSyncTimeoutMs)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    try {
      for (const { kind } of this.#sources)
        await cache
          .informer(kind)
          .synced(late.signal)
          .catch((cause: unknown) => {
            if (!signal.aborted)
              throw new ControllerError(
                'ERR_CACHE_SYNC_TIMEOUT',
                `failed to wait for ${this.name} caches to sync: timed out waiting for ${kind.kind}`,
                {
                  cause,
                },
              )
          })
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
  }

  #fields(): Readonly<Record<string, unknown>> {
    const kind = this.#kind
    return { controller: this.name, ...(kind ? { controllerGroup: kind.group, controllerKind: kind.kind } : {}) }
  }
}
