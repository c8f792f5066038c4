import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import type { Backend, BackendEvents, BackendGroup, Entry, Range, RangeOptions, Write } from '../../backend.ts'
import { StorageError, type StorageErrorCode, type StorageErrorFields } from '../../storage-error.ts'
import { LmdbBackend } from './lmdb-backend.ts'

/** In the other process: opens, commits, compacts and closes what it is asked for. */
const program = `
  import { LmdbBackend } from ${JSON.stringify(new URL('lmdb-backend.ts', import.meta.url).href)}
  const opened = new Map()
  const actions = {
    async open({ token, path, isKeeper }) {
      const backend = new LmdbBackend({ path })
      const heard = []
      backend.share({
        isKeeper,
        token,
        announce: () => process.send({ announced: token }),
        onAnnounced: (listener) => heard.push(listener),
      })
      opened.set(token, { backend, heard })
      await backend.open()
    },
    commit: ({ token, write }) => opened.get(token).backend.commit(write),
    compact: ({ token, revision }) => opened.get(token).backend.compact(revision),
    close: ({ token }) => opened.get(token).backend.close(),
  }
  process.on('message', async (message) => {
    if (message.announced) return opened.get(message.announced)?.heard.forEach((heard) => heard())
    try {
      process.send({ id: message.id, result: await actions[message.action](message) })
    } catch (error) {
      const { code, message: text, key, current, revision, currentRevision } = error
      process.send({ id: message.id, failure: { code, text, fields: { key, current, revision, currentRevision } } })
    }
  })
`

interface Answer {
  readonly announced?: string
  readonly id: number
  readonly result?: unknown
  readonly failure?: { readonly code: StorageErrorCode; readonly text: string; readonly fields: StorageErrorFields }
}

interface Asked {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** A second process that has stores open together with this one. Buffers come as Uint8Arrays out of it. */
export class OtherProcess {
  readonly #child: ChildProcess
  readonly #asked = new Map<number, Asked>()
  readonly #hearing = new Map<string, () => void>()
  #last = 0

  constructor() {
    this.#child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    })
    this.#child.on('message', (answer: Answer) => {
      if (answer.announced !== undefined) {
        this.#hearing.get(answer.announced)?.()
        return
      }
      const { id, failure, result } = answer
      const asked = this.#asked.get(id)
      this.#asked.delete(id)
      if (failure) asked?.reject(new StorageError(failure.code, failure.text, entryIn(failure.fields)))
      else asked?.resolve(result)
    })
  }

  /** Whoever hears of `token` and announces for it here. */
  group(token: string, isKeeper: boolean): BackendGroup {
    return {
      token,
      isKeeper,
      announce: () => {
        this.#child.send({ announced: token })
      },
      onAnnounced: (heard) => this.#hearing.set(token, heard),
    }
  }

  ask(action: string, message: object): Promise<unknown> {
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject })
      this.#child.send({ action, id, ...message })
    })
  }

  async kill(): Promise<void> {
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }
}

/** One store that two processes have open: the other one writes, this one reads and watches. */
export class SharedBackend implements Backend {
  readonly path: string
  readonly #here: LmdbBackend
  readonly #other: OtherProcess
  readonly #keeper: 'here' | 'other'
  readonly #token = randomUUID()
  #closing: Promise<void> | undefined

  constructor(path: string, other: OtherProcess, keeper: 'here' | 'other') {
    this.path = path
    this.#here = new LmdbBackend({ path })
    this.#other = other
    this.#keeper = keeper
    this.#here.share(other.group(this.#token, keeper === 'here'))
  }

  get supports(): LmdbBackend['supports'] {
    return this.#here.supports
  }

  async open(): Promise<void> {
    if (this.#keeper === 'here') await this.#here.open()
    await this.#ask('open', { path: this.path, isKeeper: this.#keeper === 'other' })
    await this.#here.open()
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async commit(write: Write): Promise<Entry> {
    return entryOf((await this.#ask('commit', { write })) as Entry)
  }

  async compact(revision: number): Promise<void> {
    await this.#ask('compact', { revision })
  }

  currentRevision(): Promise<number> {
    return this.#here.currentRevision()
  }

  get(key: string, revision?: number): Promise<Entry | undefined> {
    return this.#here.get(key, revision)
  }

  range(start: string, end: string, options?: RangeOptions): Promise<Range> {
    return this.#here.range(start, end, options)
  }

  watch(start: string, end: string, options: { after: number; signal: AbortSignal }): AsyncIterable<BackendEvents> {
    return this.#here.watch(start, end, options)
  }

  requestProgress(): void {
    this.#here.requestProgress()
  }

  compactRevision(): number {
    return this.#here.compactRevision()
  }

  /** The keeper goes last. */
  async #close(): Promise<void> {
    if (this.#keeper === 'other') await this.#here.close()
    await this.#ask('close', {})
    await this.#here.close()
  }

  #ask(action: string, message: object): Promise<unknown> {
    return this.#other.ask(action, { token: this.#token, ...message })
  }
}

const entryOf = (entry: Entry): Entry => ({ ...entry, value: Buffer.from(entry.value) })

const entryIn = ({ current, ...fields }: StorageErrorFields): StorageErrorFields =>
  current ? { ...fields, current: entryOf(current) } : fields
