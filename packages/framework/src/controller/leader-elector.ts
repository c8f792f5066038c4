import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { hostname } from 'node:os'
import type { Client } from '../client/client.ts'
import { isAlreadyExists, isConflict, isNotFound } from '../client/error-kinds.ts'
import type { ResourceClient } from '../client/resource-client.ts'
import type { WriteGuard } from '../client/write-guard.ts'
import { rfc3339Micro } from '../meta/time.ts'
import { pause, systemClock, type Clock } from '../util/clock.ts'
import { CallSignal } from './call-signal.ts'
import { ControllerError } from './controller-error.ts'
import { Lease, type LeaseSpec } from '../client/kinds/coordination.ts'
import type { Logger } from './logger.ts'

/** Which Lease is fought for, and its times in milliseconds. */
export interface LeaderElectionOptions {
  /** The name of the Lease that all candidates share. */
  readonly id: string
  /** Where the Lease is. Default: the namespace of the client's configuration, in a pod that of its service account. */
  readonly namespace?: string
  /** Who this candidate is, different from all others. Default: host name and a random UUID. */
  readonly identity?: string
  /** How long others wait, after the last renewal they saw, before they take the Lease. Default 15 s. */
  readonly leaseDurationMs?: number
  /** How long a leader goes on without a renewal that succeeded. Default 10 s. */
  readonly renewDeadlineMs?: number
  /** Between two tries. Default 2 s. */
  readonly retryPeriodMs?: number
  /** Whether a leader that stops gives the Lease back, so that the next need not wait. Default true. */
  readonly releaseOnCancel?: boolean
}

/** What others hear of an election. */
export interface LeaderElectionObserver {
  /** This candidate became the leader, or stopped to be it. */
  onChange?(leading: boolean, lease: Lease | undefined): void
  /** The Lease had to be read again before it could be renewed. */
  onSlowPath?(): void
}

interface Observed {
  readonly lease: Lease
  /** When this process saw it change, in milliseconds of the clock. */
  readonly at: number
}

const acquireJitter = 1.2

/**
 * One candidate for a Lease. As a guard of writes it refuses them as soon as the leadership was lost or given back, and
 * also when so much time passed since the last renewal that it may be lost, such as after a pause of the whole process.
 * Source: client-go tools/leaderelection.
 */
export class LeaderElector implements WriteGuard {
  readonly identity: string
  readonly id: string
  readonly #leases: ResourceClient<Lease>
  readonly #options: Required<Omit<LeaderElectionOptions, 'namespace' | 'identity'>>
  readonly #namespace: string
  readonly #logger: Logger
  readonly #observer: LeaderElectionObserver
  readonly #clock: Clock
  readonly #lost = new AbortController()
  #observed: Observed | undefined
  #leading = false
  /** When the last renewal that succeeded was begun, in milliseconds of the clock. */
  #renewedAt = -Infinity

  /** Throws a TypeError for times that do not fit together. */
  constructor(
    client: Client,
    options: LeaderElectionOptions,
    logger: Logger,
    observer: LeaderElectionObserver = {},
    clock: Clock = systemClock,
  ) {
    this.#clock = clock
    this.#options = {
      leaseDurationMs: 15_000,
      renewDeadlineMs: 10_000,
      retryPeriodMs: 2000,
      releaseOnCancel: true,
      ...options,
    }
    const { id, leaseDurationMs, renewDeadlineMs, retryPeriodMs } = this.#options
    if (id === '') throw new TypeError('leaderElection.id must be configured')
    if (leaseDurationMs <= renewDeadlineMs) throw new TypeError('leaseDurationMs must be greater than renewDeadlineMs')
    if (renewDeadlineMs <= acquireJitter * retryPeriodMs)
      throw new TypeError('renewDeadlineMs must be greater than 1.2 times retryPeriodMs')
    if (retryPeriodMs < 1) throw new TypeError('retryPeriodMs must be at least one')
    this.id = id
    this.identity = options.identity ?? `${hostname()}_${randomUUID()}`
    if (this.identity === '') throw new TypeError('leaderElection.identity may not be empty')
    this.#namespace = options.namespace ?? client.config.namespace
    this.#leases = client.resource(Lease).namespace(this.#namespace)
    this.#logger = logger
    this.#observer = observer
    // Each write under way listens: many are no leak.
    setMaxListeners(0, this.#lost.signal)
  }

  get isLeader(): boolean {
    return this.#leading
  }

  /** Who holds the Lease, as far as this candidate knows; empty when nobody does. */
  get leader(): string {
    return this.#observed?.lease.spec?.holderIdentity ?? ''
  }

  /** Aborts when the leadership is lost or given back. */
  get signal(): AbortSignal {
    return this.#lost.signal
  }

  /** Throws when this process was the leader and may not write any more. */
  check(): void {
    this.#lost.signal.throwIfAborted()
    if (this.#leading && this.#remainingMs() <= 0) throw lost()
  }

  /** Throws, for a health check, when the leader has not renewed its Lease for so long after it expired. */
  checkHealth(toleranceMs = 0): void {
    const overdueMs = this.#clock.now() - this.#renewedAt - this.#options.leaseDurationMs
    if (this.#leading && overdueMs > toleranceMs)
      throw new Error(`failed election to renew leadership on lease ${this.id}`)
  }

  /** Tries until this candidate is the leader: true; or the signal aborts: false. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    const { id, retryPeriodMs } = this.#options
    this.#logger.info({ lease: id, identity: this.identity }, 'Attempting to acquire leader lease')
    while (!signal.aborted) {
      if (await this.#try(signal)) {
        this.#leading = true
        this.#logger.info({ lease: id, identity: this.identity }, 'Successfully acquired lease')
        this.#observer.onChange?.(true, this.#observed?.lease)
        return true
      }
      await pause(this.#clock, retryPeriodMs * (1 + Math.random() * acquireJitter), signal)
    }
    return false
  }

  /** Keeps the leadership until the signal aborts; rejects with ERR_LEADER_ELECTION_LOST when that cannot be done. */
  async renew(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.#clock, Math.min(this.#options.retryPeriodMs, this.#remainingMs()), signal)
      if (isAborted(signal)) return
      if (this.#remainingMs() > 0 && (await this.#try(signal, this.#remainingMs()))) continue
      if (!isAborted(signal) && this.#remainingMs() <= 0) {
        const error = lost()
        this.#stopLeading(error)
        throw error
      }
    }
  }

  /** Refuses all writes from now on and leaves the Lease to expire. */
  abandon(): void {
    if (this.#leading) this.#stopLeading(lost())
  }

  /** Gives the Lease back, so that others need not wait for its end. What cannot be given back expires. */
  async release(): Promise<void> {
    if (!this.#leading) return
    const lease = this.#observed?.lease
    const inTime = this.#remainingMs() > 0
    this.#stopLeading(new ControllerError('ERR_LEADER_ELECTION_LOST', 'the leader lease was given back'))
    if (!lease || !inTime || !this.#options.releaseOnCancel) return
    const call = new CallSignal(new AbortController().signal, this.#attemptMs(), 'the release of the lease')
    try {
      await this.#giveBack(lease, call.signal)
    } catch (err) {
      this.#logger.error({ lease: this.id, err }, 'Failed to release lease')
    } finally {
      call.close()
    }
  }

  /** A renewal that was broken off may have come through, and then the version is another. */
  async #giveBack(lease: Lease, signal: AbortSignal): Promise<void> {
    const now = rfc3339Micro()
    const free = { holderIdentity: '', leaseDurationSeconds: 1, renewTime: now, acquireTime: now }
    try {
      await this.#leases.update({ ...lease, spec: { ...lease.spec, ...free } }, { signal })
    } catch (error) {
      if (!isConflict(error)) throw error
      const current = await this.#leases.get(this.id, { signal })
      if (current.spec?.holderIdentity !== this.identity) return
      await this.#leases.update({ ...current, spec: { ...current.spec, ...free } }, { signal })
    }
  }

  #stopLeading(reason: ControllerError): void {
    const { lease } = this.#observed ?? {}
    this.#leading = false
    this.#lost.abort(reason)
    this.#logger.info({ lease: this.id, identity: this.identity }, 'Stopped leading')
    this.#observer.onChange?.(false, lease)
  }

  /** One try to get or to keep the Lease. */
  async #try(signal: AbortSignal, atMostMs = Infinity): Promise<boolean> {
    const call = new CallSignal(signal, Math.min(this.#attemptMs(), atMostMs), 'a request for the lease')
    const startedAt = this.#clock.now()
    try {
      if (!(await this.#acquireOrRenew(call.signal))) return false
      this.#renewedAt = startedAt
      return true
    } catch (err) {
      // Another one was faster.
      if (isConflict(err) || isAlreadyExists(err))
        this.#logger.debug({ lease: this.id, err }, 'Failed to acquire lease')
      else if (!signal.aborted) this.#logger.error({ lease: this.id, err }, 'Failed to update lease')
      return false
    } finally {
      call.close()
    }
  }

  async #acquireOrRenew(signal: AbortSignal): Promise<boolean> {
    const known = this.#observed?.lease
    if (this.#leading && known?.spec?.holderIdentity === this.identity)
      try {
        this.#observe(await this.#leases.update({ ...known, spec: this.#specAfter(known.spec) }, { signal }))
        return true
      } catch (err) {
        if (signal.aborted) throw err
        this.#observer.onSlowPath?.()
        this.#logger.debug({ lease: this.id, err }, 'Failed to update lease optimistically, reading it again')
      }
    const lease = await this.#read(signal)
    if (!lease) return true
    if (lease.metadata.resourceVersion !== this.#observed?.lease.metadata.resourceVersion) this.#observe(lease)
    if (!this.#mayTake(lease)) return false
    this.#observe(await this.#leases.update({ ...lease, spec: this.#specAfter(lease.spec) }, { signal }))
    return true
  }

  /** The Lease as it is; undefined when there was none and this candidate made it. */
  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return await this.#leases.get(this.id, { signal })
    } catch (error) {
      if (!isNotFound(error)) throw error
      const metadata = { name: this.id, namespace: this.#namespace }
      this.#observe(await this.#leases.create({ metadata, spec: this.#specAfter(undefined) }, { signal }))
      return undefined
    }
  }

  /** By this process's own clock only: those of others may go wrong. */
  #mayTake({ spec = {} }: Lease): boolean {
    const { holderIdentity = '', leaseDurationSeconds = 0 } = spec
    if (holderIdentity === '' || holderIdentity === this.identity) return true
    return this.#clock.now() >= (this.#observed?.at ?? Infinity) + 1000 * leaseDurationSeconds
  }

  #specAfter(old: LeaseSpec | undefined): LeaseSpec {
    const now = rfc3339Micro()
    const kept = old?.holderIdentity === this.identity
    return {
      ...old,
      holderIdentity: this.identity,
      // Rounded up: others must not come before this one has given up.
      leaseDurationSeconds: Math.ceil(this.#options.leaseDurationMs / 1000),
      acquireTime: kept ? (old.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: old ? (old.leaseTransitions ?? 0) + (kept ? 0 : 1) : 0,
    }
  }

  #observe(lease: Lease): void {
    this.#observed = { lease, at: this.#clock.now() }
  }

  #remainingMs(): number {
    return this.#renewedAt + this.#options.renewDeadlineMs - this.#clock.now()
  }

  #attemptMs(): number {
    return Math.max(1000, this.#options.renewDeadlineMs / 2)
  }
}

const lost = (): ControllerError => new ControllerError('ERR_LEADER_ELECTION_LOST', 'leader election lost')

/** A call, because the compiler believes that what it has seen false in a loop's condition stays false. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted
