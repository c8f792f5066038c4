import { pino } from 'pino'
import { Client } from '../client/client.ts'
import { isExpired } from '../client/error-kinds.ts'
import { InformerCache, type InformerCacheOptions } from '../client/informer-cache.ts'
import { Controller, type ControllerContext } from './controller.ts'
import { ControllerError } from './controller-error.ts'
import type { Logger } from './logger.ts'

/** Something that runs as long as the Manager does: a controller, or anything of the author's. */
export interface Runnable {
  /** Must end soon after the signal aborts. A failure stops the Manager; an early end does not. */
  start(signal: AbortSignal, context: ControllerContext): Promise<void>
}

export interface ManagerOptions {
  /** Default: a client of `KubeConfig.load()`, which the Manager closes. */
  readonly client?: Client
  /** What the cache keeps. */
  readonly cache?: Omit<InformerCacheOptions, 'onError'>
  /** How long all may take to stop. Infinity waits, 0 does not. Default 30 s. */
  readonly gracefulShutdownTimeoutMs?: number
  /** Default: JSON lines on standard output. */
  readonly logger?: Logger
}

/**
 * Runs controllers over one cache and stops them in order:
 * `await new Manager().add(new Controller(reconciler).for(Flunder)).run()`. Source: controller-runtime pkg/manager.
 */
export class Manager {
  readonly client: Client
  /** Reads objects from memory. Starts with the Manager. */
  readonly cache: InformerCache
  readonly logger: Logger
  readonly #ownsClient: boolean
  readonly #graceMs: number
  readonly #runnables: Runnable[] = []
  readonly #names = new Set<string>()
  readonly #stopRunnables = new AbortController()
  readonly #running = new Set<Promise<void>>()
  #fail: (error: Error) => void = () => {}
  #state: 'new' | 'running' | 'stopped' = 'new'

  constructor(options: ManagerOptions = {}) {
    this.#ownsClient = options.client === undefined
    this.client = options.client ?? new Client()
    this.logger = options.logger ?? pino()
    this.#graceMs = options.gracefulShutdownTimeoutMs ?? 30_000
    this.cache = new InformerCache(this.client, {
      ...options.cache,
      onError: (err, { kind }) => {
        // A version that is too old is a thing of every day, and the list that follows mends it.
        if (isExpired(err)) this.logger.info({ kind, err }, 'Watch expired, listing again')
        else this.logger.error({ kind, err }, 'Failed to watch')
      },
    })
  }

  /** Also while running: what is added then starts at once. Throws a TypeError for a second controller of the same name. */
  add(runnable: Runnable): this {
    if (runnable instanceof Controller) {
      if (this.#names.has(runnable.name)) throw new TypeError(`controller with name ${runnable.name} already exists`)
      this.#names.add(runnable.name)
    }
    if (this.#state === 'stopped') throw new TypeError('can’t accept new runnable as stop procedure is already engaged')
    this.#runnables.push(runnable)
    if (this.#state === 'running') this.#start(runnable)
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
   * Runs all until the signal aborts or one fails, then stops the runnables and, after them, the cache. Rejects with that
   * failure, or when the stop takes longer than `gracefulShutdownTimeoutMs`. A Manager runs once.
   */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#state !== 'new') throw new TypeError('manager already started')
    this.#state = 'running'
    const stopCache = new AbortController()
    const failed = new Promise<Error>((resolve) => (this.#fail = resolve))
    const cache = this.cache.start(stopCache.signal)
    cache.catch((error: unknown) => this.#fail(asError(error)))
    for (const runnable of this.#runnables) this.#start(runnable)
    const failure = await untilAborted(signal, failed)
    this.#state = 'stopped'
    this.#stopRunnables.abort()
    const stopped = this.#ended().finally(() => {
      stopCache.abort()
      return cache.catch(() => undefined)
    })
    try {
      const inTime = await withinGrace(stopped, this.#graceMs)
      if (!inTime && failure === undefined)
        throw new ControllerError(
          'ERR_GRACEFUL_SHUTDOWN_TIMEOUT',
          `failed waiting for all runnables to end within grace period of ${this.#graceMs} ms`,
        )
    } finally {
      stopCache.abort()
      if (this.#ownsClient) this.client.close()
    }
    if (failure !== undefined) throw failure
    this.logger.info({}, 'Stopped')
  }

  #start(runnable: Runnable): void {
    const { cache, logger } = this
    const running = Promise.resolve()
      .then(() => runnable.start(this.#stopRunnables.signal, { cache, logger }))
      .catch((err: unknown) => {
        if (this.#stopRunnables.signal.aborted) logger.error({ err }, 'Error received after stop sequence was engaged')
        else this.#fail(asError(err))
      })
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}

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
