import { setTimeout } from 'node:timers/promises'
import { StorageError } from '../../storage-error.ts'
import type { Cluster } from './cluster.ts'
import { compactRevisionKey } from './compactor.ts'
import { methods } from './endpoint.ts'
import { encodeRange } from './messages.ts'
import { Watch } from './watch.ts'

/** A server without progress requests does not tell that nothing is compacted. */
const patienceMilliseconds = 1500
const askMilliseconds = 50
const retryMilliseconds = 1000

/**
 * Learns what was compacted: at first from a read of the first revision and a watch of all history, which fail if there is a
 * compacted revision; then from compactRevisionKey, where whoever compacts writes it.
 */
export class CompactionWatch {
  readonly #cluster: Cluster
  readonly #onCompacted: (revision: number) => void
  readonly #abort = new AbortController()
  #watch: Watch | undefined
  #known: (() => void) | undefined
  #after = 0

  constructor(cluster: Cluster, onCompacted: (revision: number) => void) {
    this.#cluster = cluster
    this.#onCompacted = onCompacted
  }

  /** Resolves when the compacted revision is known. */
  async start(): Promise<void> {
    const known = new Promise<void>((resolve) => {
      this.#known = resolve
    })
    void this.#run()
    void this.#readFirstRevision()
    const asking = setInterval(() => this.#watch?.requestProgress(), askMilliseconds)
    const patience = new AbortController()
    try {
      await Promise.race([known, setTimeout(patienceMilliseconds, undefined, { signal: patience.signal })])
    } finally {
      clearInterval(asking)
      patience.abort()
    }
  }

  stop(): void {
    this.#abort.abort()
    this.#watch?.end()
  }

  /** Where the first revision can be read, nothing was compacted yet: no need to wait for the watch to keep silent. */
  async #readFirstRevision(): Promise<void> {
    const request = encodeRange({ key: Buffer.from(compactRevisionKey), limit: 1, revision: 1 })
    const options = { timeoutSeconds: patienceMilliseconds / 1000 }
    await this.#cluster.read(methods.range, request, options).then(
      () => this.#known?.(),
      () => undefined,
    )
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    while (!signal.aborted)
      try {
        await this.#follow()
      } catch (error) {
        // Told by `onCompacted`, and goes on after that
        const pause = error instanceof StorageError && error.code === 'Compacted' ? askMilliseconds : retryMilliseconds
        await setTimeout(pause, undefined, { signal, ref: false }).catch(() => undefined)
      }
  }

  async #follow(): Promise<void> {
    const watch = new Watch(this.#cluster, {
      key: Buffer.from(compactRevisionKey),
      after: this.#after,
      onCompacted: (revision) => {
        this.#told(revision)
      },
    })
    this.#watch = watch
    for await (const { events, revision } of watch.read()) {
      this.#after = Math.max(this.#after, revision)
      for (const { value } of events) this.#told(Number(value?.toString() ?? 0))
      if (!events.length) this.#known?.()
    }
  }

  #told(compacted: number): void {
    if (!(compacted > 0)) return
    this.#after = Math.max(this.#after, compacted)
    this.#onCompacted(compacted)
    this.#known?.()
  }
}
