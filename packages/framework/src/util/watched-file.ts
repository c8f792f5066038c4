import { readFileSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Files are looked at again this often, whatever the file system tells. */
const recheckMs = 60_000
/** A file is seldom written in one piece. */
const settleMs = 100

/**
 * Files whose contents belong together (a certificate and its key) and may change while the program runs: written over, replaced, or, as Kubernetes
 * mounts them, behind a symbolic link that moves on. `onChange` gets the new contents; when it throws, the next change is another try.
 */
export class WatchedFiles {
  readonly #paths: readonly string[]
  readonly #onChange: (contents: readonly string[]) => void
  readonly #onError: (error: unknown) => void
  readonly #watchers: FSWatcher[] = []
  readonly #interval: NodeJS.Timeout
  #settling: NodeJS.Timeout | undefined
  #contents: readonly string[]

  /** Reads the files: throws when one cannot be read. */
  constructor(
    paths: readonly string[],
    onChange: (contents: readonly string[]) => void,
    onError: (error: unknown) => void,
  ) {
    this.#paths = paths
    this.#onChange = onChange
    this.#onError = onError
    this.#contents = this.#read()
    for (const directory of new Set(paths.map(dirname))) this.#watch(directory)
    this.#interval = setInterval(() => {
      this.check()
    }, recheckMs)
    this.#interval.unref()
  }

  /** What the files held when they were last read. */
  get contents(): readonly string[] {
    return this.#contents
  }

  /** Reads the files now. */
  check(): void {
    try {
      const contents = this.#read()
      if (contents.every((text, i) => text === this.#contents[i])) return
      this.#contents = contents
      this.#onChange(contents)
    } catch (error) {
      this.#onError(error)
    }
  }

  /** May be called twice. */
  close(): void {
    clearInterval(this.#interval)
    clearTimeout(this.#settling)
    for (const watcher of this.#watchers) watcher.close()
  }

  #read(): readonly string[] {
    return this.#paths.map((path) => {
      try {
        return readFileSync(path, 'utf8')
      } catch (cause) {
        throw new Error(`cannot read ${path}`, { cause })
      }
    })
  }

  /** Of the folder: a file that is replaced is another file. Where folders cannot be watched, the recheck remains. */
  #watch(directory: string): void {
    const names = new Set(this.#paths.filter((path) => dirname(path) === directory).map((path) => basename(path)))
    try {
      const watcher = watch(directory, { persistent: false }, (_event, name) => {
        // ..data is the link that moves on when a mounted Secret changes.
        if (name !== null && !names.has(name) && !name.startsWith('..')) return
        clearTimeout(this.#settling)
        this.#settling = setTimeout(() => {
          this.check()
        }, settleMs)
      })
      watcher.on('error', this.#onError)
      this.#watchers.push(watcher)
    } catch (error) {
      this.#onError(error)
    }
  }
}
