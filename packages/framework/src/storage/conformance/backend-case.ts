import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { prefixEnd, type Backend, type BackendEvent, type BackendEvents, type Entry } from '../backend.ts'
import { StorageError, type StorageErrorCode } from '../storage-error.ts'

/** What one test has: an opened Backend and a prefix that nobody else uses. */
export class BackendCase {
  readonly prefix = `/conformance/${randomUUID()}/`
  readonly end = prefixEnd(this.prefix)
  readonly #reopen: ((backend: Backend) => Promise<Backend>) | undefined
  readonly #aborts: AbortController[] = []
  #backend: Backend

  constructor(backend: Backend, reopen: ((backend: Backend) => Promise<Backend>) | undefined) {
    this.#backend = backend
    this.#reopen = reopen
  }

  get backend(): Backend {
    return this.#backend
  }

  key(name: string): string {
    return this.prefix + name
  }

  /** Creates when `at` is absent. */
  put(name: string, value: string, at?: Entry, ttlSeconds = 0): Promise<Entry> {
    const expectedModRevision = at?.modRevision ?? 0
    return this.#backend.commit({ key: this.key(name), value: Buffer.from(value), expectedModRevision, ttlSeconds })
  }

  remove(entry: Entry): Promise<Entry> {
    return this.#backend.commit({ key: entry.key, value: null, expectedModRevision: entry.modRevision })
  }

  /** What stands in this test's range, as `name=value`. */
  async content(revision?: number): Promise<string[]> {
    const { entries } = await this.#backend.range(this.prefix, this.end, revision === undefined ? {} : { revision })
    return entries.map((entry) => this.text(entry))
  }

  text({ key, value }: { readonly key: string; readonly value: Buffer | undefined }): string {
    return `${key.slice(this.prefix.length)}=${value?.toString() ?? ''}`
  }

  /** Watches this test's range. */
  watch(after: number): WatchReader {
    const abort = new AbortController()
    this.#aborts.push(abort)
    return new WatchReader(this.#backend.watch(this.prefix, this.end, { after, signal: abort.signal }), abort)
  }

  /** Closes the backend and opens its data anew. */
  async restart(): Promise<void> {
    assert.ok(this.#reopen, 'a Backend with persistence needs `reopen` to be judged')
    await this.#backend.close()
    this.#backend = await this.#reopen(this.#backend)
    await this.#backend.open()
  }

  async done(): Promise<void> {
    for (const abort of this.#aborts) abort.abort()
    await this.#backend.close()
  }
}

/** Reads a watch step by step. */
export class WatchReader {
  readonly #batches: AsyncIterator<BackendEvents>
  readonly #abort: AbortController
  #waiting: Promise<IteratorResult<BackendEvents>> | undefined

  constructor(batches: AsyncIterable<BackendEvents>, abort: AbortController) {
    this.#batches = batches[Symbol.asyncIterator]()
    this.#abort = abort
  }

  async batch(): Promise<BackendEvents | undefined> {
    this.#waiting ??= this.#batches.next()
    const result = await this.#waiting
    this.#waiting = undefined
    return result.done ? undefined : result.value
  }

  /** The next `count` events. Checks what holds for every watch. */
  async events(count: number): Promise<BackendEvent[]> {
    const events: BackendEvent[] = []
    while (events.length < count) {
      const batch = await within(this.batch(), `${String(count)} events; there were ${String(events.length)}`)
      assert.ok(batch, 'the watch has ended')
      events.push(...batch.events)
      const last = events.at(-1)
      assert.ok(!last || batch.revision >= last.revision, 'a batch reaches the revision of its last event')
    }
    events.forEach((event, at) => {
      const before = events[at - 1]
      assert.ok(!before || event.revision > before.revision, 'events come in the order of their revisions')
    })
    assert.equal(events.length, count)
    return events
  }

  /** Begins to read, so that the watch is open. */
  begin(): void {
    this.#waiting ??= this.#batches.next()
    this.#waiting.catch(() => undefined)
  }

  abort(): void {
    this.#abort.abort()
  }
}

const patienceMilliseconds = 15_000

export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new assert.AssertionError({ message: `waited in vain for ${what}` }))
    }, patienceMilliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

export async function failure(promise: Promise<unknown>, code: StorageErrorCode): Promise<StorageError> {
  const error: unknown = await promise.then(
    () => 'success',
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof StorageError, `StorageError ${code} is due, not ${inspect(error)}`)
  assert.equal(error.code, code)
  return error
}
