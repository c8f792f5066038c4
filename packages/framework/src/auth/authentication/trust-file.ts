import { WatchedFiles } from '../../util/watched-file.ts'
import { TrustRoots } from './trust-roots.ts'
import type { TrustSource } from './trust-source.ts'

/** Authorities in a file, which may be exchanged while the server runs. A file that holds none leaves those that were there. */
export class TrustFile implements TrustSource {
  readonly #files: WatchedFiles
  readonly #listeners = new Set<() => void>()
  #current: TrustRoots

  /** Throws when the file cannot be read, or holds no certificate. */
  constructor(path: string, onError: (error: unknown) => void) {
    this.#files = new WatchedFiles(
      [path],
      ([pem = '']) => {
        this.#current = TrustRoots.fromPem(pem)
        for (const listener of this.#listeners) listener()
      },
      onError,
    )
    try {
      this.#current = TrustRoots.fromPem(this.#files.contents[0] ?? '')
    } catch (cause) {
      this.#files.close()
      throw new Error(`${path} holds no authorities`, { cause })
    }
  }

  get current(): TrustRoots {
    return this.#current
  }

  /** `listener` is called after every change. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  close(): void {
    this.#files.close()
  }
}
