import type { Client } from '../client/client.ts'
import type { Clock } from '../util/clock.ts'
import { EventRecorder } from './event-recorder.ts'
import { LeaderElector, type LeaderElectionObserver, type LeaderElectionOptions } from './leader-elector.ts'
import type { Logger } from './logger.ts'

/** A Manager's candidacy, from its start to its end, with the events that tell of it. */
export class Election {
  readonly elector: LeaderElector
  readonly #recorder: EventRecorder
  readonly #withdraw = new AbortController()
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()

  constructor(
    client: Client,
    options: LeaderElectionOptions,
    logger: Logger,
    { clock, ...observer }: LeaderElectionObserver & { readonly clock?: Clock } = {},
  ) {
    this.#recorder = new EventRecorder(client, options.id, {
      onError: (err) => logger.debug({ err }, 'Failed to write an event of the leader election'),
    })
    const told: LeaderElectionObserver = {
      ...observer,
      onChange: (leading, lease) => {
        observer.onChange?.(leading, lease)
        const note = `${this.elector.identity} ${leading ? 'became leader' : 'stopped leading'}`
        if (lease) this.#recorder.record(lease, { reason: 'LeaderElection', action: leading ? 'Lead' : 'Stop', note })
      },
    }
    this.elector = new LeaderElector(client, options, logger, told, clock)
  }

  /** Resolves when the candidate has withdrawn or stopped, rejects when it was the leader and lost that. */
  run(onLeading: () => void): Promise<void> {
    const running = this.#run(onLeading)
    this.#running = running.catch(() => undefined)
    return running
  }

  /** Who is not the leader yet no longer wants to be. */
  withdraw(): void {
    this.#withdraw.abort()
  }

  /** Gives the lease back, when there is one. Only after everything has ended that writes. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
    await this.elector.release()
    await this.#recorder.close()
  }

  /** Ends without giving the lease back. Nothing is waited for. After {@link stop} it does nothing. */
  abandon(): void {
    this.#withdraw.abort()
    this.#stop.abort()
    this.elector.abandon()
    void this.#recorder.close()
  }

  async #run(onLeading: () => void): Promise<void> {
    if (!(await this.elector.acquire(this.#withdraw.signal))) return
    onLeading()
    await this.elector.renew(this.#stop.signal)
  }
}
