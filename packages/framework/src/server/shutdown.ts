import { setTimeout as sleep } from 'node:timers/promises'
import type { Draining } from './filters/draining.ts'
import type { defaults, ServerFlags } from './options.ts'
import type { SecureServer } from './serving/secure-server.ts'

/** How long clients that keep their connections are still answered, each for the last time, when nobody else gets in any more. */
const lameDuckMs = 1000
/** For the answers of those who were told to come back. */
const refusedMs = 2000

/** One end of serving, in Kubernetes' order. Source: server/genericapiserver.go. */
export class Shutdown {
  readonly #draining: Pick<Draining, 'stop'>
  readonly #flags: ServerFlags & typeof defaults
  #refusing = false

  constructor(draining: Pick<Draining, 'stop'>, flags: ServerFlags & typeof defaults) {
    this.#draining = draining
    this.#flags = flags
  }

  /** Whether what comes now is answered with 429. */
  get isRefusing(): boolean {
    return this.#refusing
  }

  /** At once: who is connected is not waited for, only what is under way. */
  async abrupt(serving: SecureServer | undefined): Promise<void> {
    await serving?.stopAccepting()
    await this.#draining.stop({ limitMs: this.#flags.requestTimeoutSeconds * 1000 })
    await serving?.close()
  }

  /** So that no client notices who heeds readyz, `Connection: close`, GOAWAY or 429. */
  async graceful(serving: SecureServer): Promise<void> {
    const { shutdownDelayDurationSeconds, shutdownSendRetryAfter } = this.#flags
    await sleep(shutdownDelayDurationSeconds * 1000)
    if (shutdownSendRetryAfter) {
      this.#refusing = true
      await this.#drain()
      await serving.stopAccepting()
      await serving.close(refusedMs)
      return
    }
    await serving.stopAccepting()
    await serving.untilLeft(lameDuckMs)
    await this.#drain()
    await serving.close()
  }

  #drain(): Promise<void> {
    const { requestTimeoutSeconds, shutdownWatchTerminationGracePeriodSeconds } = this.#flags
    return this.#draining.stop({
      limitMs: requestTimeoutSeconds * 1000,
      watchGraceMs: shutdownWatchTerminationGracePeriodSeconds * 1000,
    })
  }
}
