import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { prefixEnd, type Backend, type BackendEvent } from '../backend.ts'
import { StorageError } from '../storage-error.ts'
import { EtcdBackend } from './etcd/index.ts'
import { etcdBinary, EtcdProcess } from './etcd/etcd-process.test.ts'
import { LmdbBackend } from './lmdb/index.ts'
import { MemoryBackend } from './memory/index.ts'

/** What a Backend is, in a few lines: all writes in their order. */
class Model {
  readonly writes: { readonly key: string; readonly value: string | null; readonly revision: number }[] = []
  /** Revision that the backend began with. */
  readonly start: number
  compacted = 0

  constructor(start: number) {
    this.start = start
  }

  get revision(): number {
    return this.writes.at(-1)?.revision ?? this.start
  }

  /** `key@modRevision=value`, as it was at a revision. */
  at(revision: number): string[] {
    const state = new Map<string, string>()
    for (const { key, value, revision: written } of this.writes)
      if (written > revision) break
      else if (value === null) state.delete(key)
      else state.set(key, `${key}@${String(written)}=${value}`)
    return [...state].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
  }

  modRevision(key: string): number {
    const last = this.writes.findLast((write) => write.key === key)
    return last && last.value !== null ? last.revision : 0
  }

  after(revision: number): string[] {
    return this.writes
      .filter((write) => write.revision > revision)
      .map(({ key, value, revision: written }) => {
        const before = this.at(written - 1).find((text) => text.startsWith(`${key}@`))
        return `${value === null ? 'DELETE' : 'PUT'} ${key}@${String(written)}=${value ?? ''} was ${before ?? 'nothing'}`
      })
  }
}

type Command =
  | { readonly do: 'write'; readonly key: number; readonly value: string | null; readonly stale: boolean }
  /** Without `from`: of all keys, as a list is. */
  | { readonly do: 'range'; readonly back: number; readonly limit: number; readonly from: number | null }
  | { readonly do: 'watch'; readonly back: number }
  | { readonly do: 'compact'; readonly back: number }
  | { readonly do: 'reopen' }

const key = fc.nat({ max: 4 })
const back = fc.nat({ max: 12 })
/** Some so large that a backend may keep them apart. */
const values = fc
  .tuple(fc.stringMatching(/^[a-z]{0,6}$/), fc.nat({ max: 4 }))
  .map(([text, n]) => (n === 0 ? text.padEnd(9000, '.') : text))
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      key,
      value: fc.option(values, { nil: null, freq: 3 }),
      stale: fc.nat({ max: 4 }).map((n) => n === 0),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('range' as const),
      back: fc.oneof(fc.constant(0), back),
      limit: fc.nat({ max: 3 }),
      from: fc.option(key, { nil: null, freq: 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('watch' as const), back }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('compact' as const), back }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
)

type Reopen = (backend: Backend) => Promise<Backend>

/** One run of commands over a backend and the model. */
class Run {
  readonly #prefix: string
  readonly #reopen: Reopen | undefined
  readonly #model: Model
  backend: Backend

  private constructor(backend: Backend, prefix: string, start: number, reopen: Reopen | undefined) {
    this.backend = backend
    this.#prefix = prefix
    this.#model = new Model(start)
    this.#model.compacted = backend.compactRevision()
    this.#reopen = reopen
  }

  static async begin(backend: Backend, prefix: string, reopen: Reopen | undefined): Promise<Run> {
    return new Run(backend, prefix, await backend.currentRevision(), reopen)
  }

  async step(given: Command): Promise<void> {
    if (given.do === 'write') await this.#write(given)
    else if (given.do === 'range') await this.#range(given)
    else if (given.do === 'watch') await this.#watch(given.back)
    else if (given.do === 'compact') await this.#compact(given.back)
    else if (this.#reopen) this.backend = await this.#reopen(this.backend)
    expect(await this.backend.currentRevision()).to.equal(this.#model.revision)
  }

  #key(n: number): string {
    return `${this.#prefix}${String(n)}`
  }

  async #write({ key: n, value, stale }: Extract<Command, { do: 'write' }>): Promise<void> {
    const at = this.#key(n)
    const now = this.#model.modRevision(at)
    const expectedModRevision = stale ? now + 1 : now
    // Nothing can be deleted that is not there
    if (value === null && expectedModRevision === 0) return
    const write = { key: at, value: value === null ? null : Buffer.from(value), expectedModRevision }
    if (stale) {
      const error = await this.backend.commit(write).catch((reason: unknown) => reason)
      expect(error).to.be.instanceOf(StorageError)
      expect((error as StorageError).code).to.equal('Conflict')
      expect((error as StorageError).current?.modRevision ?? 0).to.equal(now)
      return
    }
    const { modRevision } = await this.backend.commit(write)
    expect(modRevision).to.equal(this.#model.revision + 1)
    this.#model.writes.push({ key: at, value, revision: modRevision })
  }

  async #range({ back: steps, limit, from }: Extract<Command, { do: 'range' }>): Promise<void> {
    const start = from === null ? this.#prefix : this.#key(from)
    const revision = this.#model.revision - steps
    if (revision < 1) return
    const options = { limit, ...(steps > 0 && { revision }) }
    const answer = this.backend.range(start, prefixEnd(this.#prefix), options)
    if (steps > 0 && revision < this.#model.compacted) return this.#gone(answer)
    const { entries, more, count, revision: read } = await answer
    const due = this.#model.at(revision).filter((text) => text > start)
    const found = entries.map((e) => `${e.key}@${String(e.modRevision)}=${e.value.toString()}`)
    expect({ found, more, count, read }).to.deep.equal({
      found: limit > 0 ? due.slice(0, limit) : due,
      more: limit > 0 && due.length > limit,
      count: due.length,
      read: revision,
    })
  }

  async #watch(steps: number): Promise<void> {
    const after = Math.max(this.#model.revision - steps, this.#model.start)
    const end = new AbortController()
    const stream = this.backend.watch(this.#prefix, `${this.#prefix}~`, { after, signal: end.signal })
    const batches = stream[Symbol.asyncIterator]()
    try {
      if (after < this.#model.compacted) {
        await this.#gone(batches.next())
        return
      }
      const due = this.#model.after(after)
      const found: string[] = []
      while (found.length < due.length) {
        const batch = await batches.next()
        if (batch.done) break
        found.push(...batch.value.events.map(textOf))
      }
      expect(found).to.deep.equal(due)
    } finally {
      end.abort()
    }
  }

  async #compact(steps: number): Promise<void> {
    const revision = this.#model.revision - steps
    if (revision <= Math.max(this.#model.start, this.#model.compacted)) return
    await this.backend.compact(revision)
    this.#model.compacted = revision
    expect(this.backend.compactRevision()).to.equal(revision)
  }

  async #gone(answer: Promise<unknown>): Promise<void> {
    const error = await answer.catch((reason: unknown) => reason)
    expect(error).to.be.instanceOf(StorageError)
    expect((error as StorageError).code).to.equal('Compacted')
  }
}

const textOf = ({ type, key: at, revision, value, previous }: BackendEvent): string =>
  `${type} ${at}@${String(revision)}=${value?.toString() ?? ''} was ${previous ? `${at}@${String(previous.modRevision)}=${previous.value.toString()}` : 'nothing'}`

interface Engine {
  readonly name: string
  readonly runs: number
  create(): Promise<Backend>
  readonly reopen?: Reopen
  readonly done?: (backend: Backend) => Promise<void>
}

let prefixes = 0

function equalsModel({ name, runs, ...engine }: Engine): void {
  it(`${name}: ${String(runs)} random histories`, async function () {
    this.timeout(120_000)
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 60 }), async (commands) => {
        const run = await Run.begin(await engine.create(), `/model/${String(prefixes++)}/`, engine.reopen)
        try {
          for (const each of commands) await run.step(each)
        } finally {
          await run.backend.close()
          await engine.done?.(run.backend)
        }
      }),
      { numRuns: runs },
    )
  })
}

const opened = async <B extends Backend>(backend: B): Promise<B> => {
  await backend.open()
  return backend
}

describe('every backend is the same as the model', () => {
  const folders = new WeakMap<Backend, string>()
  const lmdb = async (path: string): Promise<Backend> => {
    const backend = await opened(new LmdbBackend({ path, sync: false }))
    folders.set(backend, path)
    return backend
  }
  const folderOf = (backend: Backend): string => folders.get(backend) ?? ''

  equalsModel({ name: 'memory', runs: 500, create: () => opened(new MemoryBackend()) })
  equalsModel({
    name: 'LMDB',
    runs: 60,
    create: async () => lmdb(await mkdtemp(join(tmpdir(), 'model-'))),
    reopen: async (backend) => {
      await backend.close()
      return lmdb(folderOf(backend))
    },
    done: (backend) => rm(folderOf(backend), { recursive: true, force: true }),
  })

  if (etcdBinary) {
    let etcd: EtcdProcess
    before(async () => {
      etcd = await EtcdProcess.start()
    })
    after(() => etcd.stop())
    const create = (): Promise<Backend> =>
      opened(new EtcdBackend({ servers: etcd.servers, compactionIntervalSeconds: 0 }))
    const reopen: Reopen = async (backend) => {
      await backend.close()
      return create()
    }
    equalsModel({ name: 'etcd', runs: 40, create, reopen })
  } else console.log('LEFT OUT: etcd against the model: ETCD_BINARY names none')
})
