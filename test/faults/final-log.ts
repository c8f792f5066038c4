import { inScope, type Item, type LogEntry, type Operation, type Scope, type SessionEvent } from './history.ts'

export type ObjectEvent = Exclude<SessionEvent, { type: 'BOOKMARK' }>

/** The final log, and what follows from it: states at revisions, and the events that a watch has to see. */
export class FinalLog {
  readonly entries: readonly LogEntry[]
  readonly #byKey = new Map<string, LogEntry[]>()
  readonly #previous = new Map<LogEntry, LogEntry>()
  readonly #byRevision = new Map<number, LogEntry>()

  constructor(entries: readonly LogEntry[]) {
    this.entries = entries
    for (const entry of entries) {
      this.#byRevision.set(entry.revision, entry)
      const versions = this.#byKey.get(entry.key) ?? []
      const previous = versions.at(-1)
      if (previous) this.#previous.set(entry, previous)
      versions.push(entry)
      this.#byKey.set(entry.key, versions)
    }
  }

  at(revision: number): LogEntry | undefined {
    return this.#byRevision.get(revision)
  }
  previous(entry: LogEntry): LogEntry | undefined {
    return this.#previous.get(entry)
  }
  versions(key: string): readonly LogEntry[] {
    return this.#byKey.get(key) ?? []
  }

  /** Of a key at a revision, and what came after. */
  versionsFrom(key: string, revision: number): readonly (LogEntry | undefined)[] {
    const versions = this.versions(key)
    const next = firstAfter(versions, revision)
    return [versions[next - 1], ...versions.slice(next)]
  }

  /** In the order of keys. */
  stateAt(scope: Scope, revision: number): Item[] {
    const items: Item[] = []
    for (const [key, versions] of this.#byKey) {
      const entry = versions[firstAfter(versions, revision) - 1]
      if (entry?.state && inScope(scope, key, entry.state))
        items.push({ key, revision: entry.revision, state: entry.state })
    }
    return items.sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  *eventsAfter(scope: Scope, revision: number): Generator<ObjectEvent> {
    for (let i = firstAfter(this.entries, revision); i < this.entries.length; i++) {
      const entry = this.entries[i]
      if (!entry) return
      const { key, state } = entry
      const before = this.#previous.get(entry)?.state
      const [was, is] = [inScope(scope, key, before), inScope(scope, key, state)]
      if (is && state) yield { type: was ? 'MODIFIED' : 'ADDED', key, revision: entry.revision, state }
      else if (was && before) yield { type: 'DELETED', key, revision: entry.revision, state: before }
    }
  }
}

function firstAfter(entries: readonly LogEntry[], revision: number): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((entries[middle]?.revision ?? 0) <= revision) low = middle + 1
    else high = middle
  }
  return low
}

/** What clients knew at a time: the greatest revision that any answer up to then has told. */
export class Knowledge {
  readonly #told: readonly { readonly ms: number; readonly revision: number }[]

  constructor(told: readonly { readonly ms: number; readonly revision: number }[]) {
    let most = 0
    this.#told = [...told]
      .sort((a, b) => a.ms - b.ms)
      .map(({ ms, revision }) => ({ ms, revision: (most = Math.max(most, revision)) }))
  }

  before(ms: number): number {
    let [low, high] = [0, this.#told.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#told[middle]?.ms ?? 0) < ms) low = middle + 1
      else high = middle
    }
    return this.#told[low - 1]?.revision ?? 0
  }
}

/** Which operation has made an entry: by the value that only it wrote, or the revision that it deleted. */
export class Causes {
  readonly #writes = new Map<string, Operation>()
  readonly #deletions = new Map<string, Operation[]>()
  readonly #log: FinalLog

  constructor(log: FinalLog, operations: readonly Operation[]) {
    this.#log = log
    for (const operation of operations) {
      const { action, state, key, expected } = operation
      if ((action === 'create' || action === 'update') && state) this.#writes.set(state.value, operation)
      if (action !== 'delete') continue
      const name = `${key}@${String(expected)}`
      this.#deletions.set(name, [...(this.#deletions.get(name) ?? []), operation])
    }
  }

  /** Those that can have made it. */
  of(entry: LogEntry): readonly Operation[] {
    if (!entry.state)
      return (this.#deletions.get(`${entry.key}@${String(this.#log.previous(entry)?.revision)}`) ?? []).filter(
        ({ outcome }) => outcome === 'done' || outcome === 'unknown',
      )
    const operation = this.#writes.get(entry.state.value)
    return operation?.key === entry.key ? [operation] : []
  }

  /** The earliest that it can have happened. */
  earliestMs(entry: LogEntry): number {
    return Math.min(Infinity, ...this.of(entry).map(({ startMs }) => startMs))
  }
}
