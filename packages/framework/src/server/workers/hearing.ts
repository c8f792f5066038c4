import type { BackendGroup } from '../../storage/backend.ts'

/** Who listens in this process for writes of others, by store. */
export class Hearing {
  readonly #heard = new Map<number, () => void>()

  /** `announce` takes the word to the other processes. */
  group(
    store: number,
    { isKeeper, token }: Pick<BackendGroup, 'isKeeper' | 'token'>,
    announce: () => void,
  ): BackendGroup {
    return { isKeeper, token, announce, onAnnounced: (heard) => this.#heard.set(store, heard) }
  }

  wrote(store: number): void {
    this.#heard.get(store)?.()
  }

  /** Whoever has ended may have written last. */
  mayHaveWritten(): readonly number[] {
    for (const store of this.#heard.keys()) this.wrote(store)
    return [...this.#heard.keys()]
  }
}
