import { mkdir, open, readFile, truncate, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import {
  MemoryBackend,
  StorageError,
  type Backend,
  type Entry,
  type Range,
  type RangeOptions,
  type Write,
} from '@apiserver-kit/framework/storage'

/** Keeps everything in memory, and in a file with a line for each write, which is read again at the start. */
export class Files implements Backend {
  readonly supports = { persistence: true, snapshotReads: true, sharedWriters: false, leases: false, localReads: true }
  readonly directory: string
  #memory = new MemoryBackend()
  #file: FileHandle | undefined
  /** One write after the other. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(directory: string) {
    this.directory = directory
  }

  async open(): Promise<void> {
    await mkdir(this.directory, { recursive: true })
    const path = join(this.directory, 'files.jsonl')
    const text = await readFile(path, 'utf8').catch(() => '')
    // A line without an end was never acknowledged.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    if (whole !== text) await truncate(path, Buffer.byteLength(whole))
    this.#memory = new MemoryBackend()
    await this.#memory.open()
    // The same writes in the same order get the same revisions.
    for (const line of whole.split('\n').slice(0, -1)) await this.#repeat(JSON.parse(line) as Line)
    this.#file = await open(path, 'a')
  }

  async close(): Promise<void> {
    await this.#last
    await this.#memory.close()
    await this.#file?.close()
    this.#file = undefined
  }

  commit({ key, value, expectedModRevision }: Write): Promise<Entry> {
    return this.#next(async () => {
      const now = await this.#memory.get(key)
      const possible = (now?.modRevision ?? 0) === expectedModRevision && (value !== null || now !== undefined)
      // What is going to be refused does not stand in the file.
      if (possible) await this.#append({ key, value: value?.toString('base64') ?? null, expectedModRevision })
      return this.#memory.commit({ key, value, expectedModRevision })
    })
  }

  compact(revision: number): Promise<void> {
    return this.#next(async () => {
      await this.#memory.compact(revision)
      await this.#append({ compact: revision })
    })
  }

  currentRevision(): Promise<number> {
    return this.#memory.currentRevision()
  }

  get(key: string, revision?: number): Promise<Entry | undefined> {
    return this.#memory.get(key, revision)
  }

  range(start: string, end: string, options?: RangeOptions): Promise<Range> {
    return this.#memory.range(start, end, options)
  }

  watch(start: string, end: string, options: { after: number; signal: AbortSignal }): ReturnType<Backend['watch']> {
    return this.#memory.watch(start, end, options)
  }

  requestProgress(): void {
    this.#memory.requestProgress()
  }

  compactRevision(): number {
    return this.#memory.compactRevision()
  }

  #next<R>(work: () => Promise<R>): Promise<R> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }

  async #append(line: Line): Promise<void> {
    if (!this.#file) throw new StorageError('Closed', 'the backend is closed')
    await this.#file.appendFile(`${JSON.stringify(line)}\n`)
    await this.#file.datasync()
  }

  async #repeat(line: Line): Promise<void> {
    if ('compact' in line) return this.#memory.compact(line.compact)
    const { key, value, expectedModRevision } = line
    await this.#memory.commit({ key, value: value === null ? null : Buffer.from(value, 'base64'), expectedModRevision })
  }
}

/** What the file holds. */
type Line =
  | { readonly compact: number }
  | { readonly key: string; readonly value: string | null; readonly expectedModRevision: number }
