import { pino } from 'pino'
import { Client } from '../client/client.ts'
import { isExpired } from '../client/error-kinds.ts'
import { InformerCache, type InformerCacheOptions } from '../client/informer-cache.ts'
import { systemClock, type Clock } from '../util/clock.ts'
import { keepTickShape } from '../util/tick-shape.ts'
import { Controller } from './controller.ts'
import { ControllerError } from './controller-error.ts'
import { ControllerMetrics } from './controller-metrics.ts'
import { Election } from './election.ts'
import type { HealthCheck } from './health-checks.ts'
import type { LeaderElectionOptions } from './leader-elector.ts'
import type { Logger } from './logger.ts'
import { ManagerEndpoints, type ManagerEndpointOptions } from './manager-endpoints.ts'
import { RunnableGroup, type Runnable } from './runnable-group.ts'

/** What a Manager is made of. Every member has a default. */
export interface ManagerOptions extends ManagerEndpointOptions {
  /** Default: a client of `KubeConfig.load()`, which the Manager closes. */
  readonly client?: Client
  /** What the cache keeps. */
  readonly cache?: Omit<InformerCacheOptions, 'onError'>
  /** With it, of all processes with the same `id` only one at a time runs its controllers. Default: none. */
  readonly leaderElection?: LeaderElectionOptions
  /** How long all may take to stop. Infinity waits, 0 does not. Default 30 s. */
  readonly gracefulShutdownTimeoutMs?: number
  /** Default: JSON lines on standard output. */
  readonly logger?: Logger
  /** By which controllers wait and leaders count. Default: the machine's. */
  readonly clock?: Clock
}

/**
 * Runs controllers over one cache and stops them in order:
 * `await new Manager().add(new Controller(reconciler).for(Flunder)).run()`. Source: controller-runtime pkg/manager.
 */
export class Manager {
  /** For reconcilers. With leader election it refuses to write once this process is no longer the leader. */
  readonly client: Client
  /** Reads objects from memory. Starts with the Manager. */
  readonly cache: InformerCache
  readonly logger: Logger
  readonly metrics = new ControllerMetrics()
  readonly endpoints: ManagerEndpoints
  readonly #ownsClient: boolean
  readonly #graceMs: number
  readonly #names = new Set<string>()
  readonly #leaders: RunnableGroup
  readonly #others: RunnableGroup
  readonly #election: Election | undefined
  readonly #stopCache = new AbortController()
  #fail: (error: Error) => void = () => {}
  #state: 'new' | 'running' | 'stopped' = 'new'

  /** Throws a TypeError for options of leader election that do not fit together. */
  constructor(options: ManagerOptions = {}) {
    this.#ownsClient = options.client === undefined
    const { clock = systemClock } = options
    this.logger = options.logger ?? pino()
    const client = this.#clientOf(options)
    this.endpoints = new ManagerEndpoints(options, this.metrics, this.logger)
    this.#election = options.leaderElection && this.#electionOf(client, options.leaderElection, clock)
    this.client = this.#election ? client.guarded(this.#election.elector) : client
    this.#graceMs = options.gracefulShutdownTimeoutMs ?? 30_000
    this.cache = new InformerCache(client, {
      clock,
      ...options.cache,
      onError: (err, { kind }) => {
        // A version that is too old is a thing of every day, and the list that follows mends it.
        if (isExpired(err)) this.logger.info({ kind, err }, 'Watch expired, listing again')
        else this.logger.error({ kind, err }, 'Failed to watch')
      },
    })
    const context = { cache: this.cache, logger: this.logger, metrics: this.metrics, clock }
    const onFailure = (error: Error): void => this.#fail(error)
    // Silent informers are those that hang: what a server does is no reason to start the process anew.
    this.endpoints.healthz.addOwn('informers', () => this.cache.checkHealth())
    this.#leaders = new RunnableGroup({ context, onFailure })
    this.#others = new RunnableGroup({ context, onFailure })
  }

  /** Whether this process runs what is the leader's alone. */
  get isLeader(): boolean {
    return this.#election?.elector.isLeader ?? this.#state === 'running'
  }

  /** Also while running: what is added then starts at once. Throws a TypeError for a second controller of the same name. */
  add(runnable: Runnable): this {
    if (runnable instanceof Controller) {
      if (this.#names.has(runnable.name)) throw new TypeError(`controller with name ${runnable.name} already exists`)
      this.#names.add(runnable.name)
    }
    if (this.#state === 'stopped') throw new TypeError('can’t accept new runnable as stop procedure is already engaged')
    const group = (runnable.needLeaderElection ?? true) ? this.#leaders : this.#others
    group.add(runnable)
    return this
  }

  /** Asked by `/healthz`: fails, the process is started anew. Throws a TypeError when the name is taken. */
  addHealthzCheck(name: string, check: HealthCheck): this {
    this.endpoints.healthz.add(name, check)
    return this
  }

  /** Asked by `/readyz`. Throws a TypeError when the name is taken. */
  addReadyzCheck(name: string, check: HealthCheck): this {
    this.endpoints.readyz.add(name, check)
    return this
  }

  /** {@link start} until SIGTERM or SIGINT; a second signal exits at once with code 1. */
  async run(): Promise<void> {
    const stop = new AbortController()
    const onSignal = (name: NodeJS.Signals): void => {
      if (stop.signal.aborted) process.exit(1)
      this.logger.info({ signal: name }, 'Stopping')
      stop.abort()
    }
    const names = ['SIGTERM', 'SIGINT'] as const
    for (const name of names) process.on(name, onSignal)
    try {
      await this.start(stop.signal)
    } finally {
      for (const name of names) process.off(name, onSignal)
    }
  }

  /**
   * Runs all until the signal aborts or one fails, then stops the runnables and, after them, the cache; last, the lease is
   * given back. Rejects with that failure, or when the stop takes longer than `gracefulShutdownTimeoutMs`. When the
   * leadership is lost it rejects at once with ERR_LEADER_ELECTION_LOST, and the process should end. A Manager runs once.
   */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#state !== 'new') throw new TypeError('manager already started')
    keepTickShape()
    this.#state = 'running'
    const failed = new Promise<Error>((resolve) => (this.#fail = resolve))
    await this.endpoints.listen()
    const cache = this.cache.start(this.#stopCache.signal)
    cache.catch((error: unknown) => this.#fail(asError(error)))
    this.#others.start()
    this.#lead()
    const failure = await untilAborted(signal, failed)
    this.#state = 'stopped'
    try {
      const inTime = await withinGrace(this.#stop(cache, failure), isLost(failure) ? 0 : this.#graceMs)
      if (!inTime && failure === undefined)
        throw new ControllerError(
          'ERR_GRACEFUL_SHUTDOWN_TIMEOUT',
          `failed waiting for all runnables to end within grace period of ${this.#graceMs} ms`,
        )
    } finally {
      this.#stopCache.abort()
      this.#election?.abandon()
      void this.endpoints.close()
      if (this.#ownsClient) this.client.close()
    }
    if (failure !== undefined) throw failure
    this.logger.info({}, 'Stopped')
  }

  /** Counts its answers, and tells the warnings of the server once each. */
  #clientOf(options: ManagerOptions): Client {
    const told = new Set<string>()
    return (options.client ?? new Client())
      .observed((code, method, host) => {
        this.metrics.request(code, method, host)
      })
      .warning((warning) => {
        if (!told.has(warning)) this.logger.info({ warning }, 'Warning of the API server')
        if (told.size < maxWarnings) told.add(warning)
      })
  }

  #electionOf(client: Client, options: LeaderElectionOptions, clock: Clock): Election {
    const { metrics } = this
    metrics.leading(options.id, false)
    const election = new Election(client, options, this.logger, {
      clock,
      onChange: (leading) => {
        metrics.leading(options.id, leading)
      },
      onSlowPath: () => {
        metrics.slowPath(options.id)
      },
    })
    this.addHealthzCheck('leaderElection', () => {
      election.elector.checkHealth(leaderHealthToleranceMs)
    })
    return election
  }

  #lead(): void {
    if (!this.#election) {
      this.#leaders.start()
      return
    }
    this.#leaders.warmUp()
    this.#election.run(() => this.#leaders.start()).catch((error: unknown) => this.#fail(asError(error)))
  }

  /** The lease comes last: nobody may take it while something of this process still writes. */
  async #stop(cache: Promise<void>, failure: Error | undefined): Promise<void> {
    this.#election?.withdraw()
    await Promise.all([this.#others.stop(failure), this.#leaders.stop(failure)])
    this.#stopCache.abort()
    await cache.catch(() => undefined)
    await this.endpoints.close()
    await this.#election?.stop()
  }
}

/** So long may a lease be expired and its leader still be going to end by itself. Source: kube-controller-manager. */
const leaderHealthToleranceMs = 20_000

const maxWarnings = 1000

const isLost = (error: unknown): boolean =>
  error instanceof ControllerError && error.code === 'ERR_LEADER_ELECTION_LOST'

/** Undefined when the signal aborts; otherwise the failure that came first. */
async function untilAborted(signal: AbortSignal, failed: Promise<Error>): Promise<Error | undefined> {
  if (signal.aborted) return undefined
  let stop = (): void => {}
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined)
    signal.addEventListener('abort', stop, { once: true })
  })
  const failure = await Promise.race([aborted, failed])
  signal.removeEventListener('abort', stop)
  return failure
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))

async function withinGrace(stopped: Promise<unknown>, graceMs: number): Promise<boolean> {
  const done = stopped.then(() => true)
  if (graceMs === Infinity) return done
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    // Without a grace nobody is waited for, and that is no failure.
    timer = setTimeout(() => resolve(graceMs === 0), graceMs)
  })
  const inTime = await Promise.race([done, late])
  clearTimeout(timer)
  return inTime
}
