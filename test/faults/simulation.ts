import { FinalLog } from './final-log.ts'
import type { History, ListRead, LogEntry, Operation, Scope, SessionEvent, WatchSession } from './history.ts'
import type { Random } from './random.ts'

const keys = ['a/x', 'a/y', 'a/z', 'b/x', 'b/y']
const scopes: readonly Scope[] = [{}, { namespace: 'a' }, { shard: 'p' }, { namespace: 'b', shard: 'q' }]

/** The history of a server without mistakes, one operation after the other, and what watches and lists see of it. */
export function simulate(random: Random, steps: number): History {
  const log: LogEntry[] = []
  const operations: Operation[] = []
  const lists: ListRead[] = []
  const current = new Map<string, LogEntry>()
  let revision = 1
  for (let step = 0; step < steps; step++) {
    const times = { startMs: step * 10, endMs: step * 10 + 5 }
    const key = random.pick(keys)
    const now = current.get(key)
    const standing = now?.state ? now.revision : 0
    const state = { value: `v${String(step)}`, shard: random.pick(['p', 'q']) }
    const write = (written: LogEntry['state']): void => {
      // Other resources of the store take revisions, too
      revision += random.integer(1, 3)
      const entry = { revision, key, state: written }
      log.push(entry)
      current.set(key, entry)
    }
    const action = random.pick(['create', 'update', 'delete', 'get', 'list'] as const)
    if (action === 'list') {
      const scope = random.pick(scopes)
      const exact = random.chance(0.5) ? random.integer(1, revision) : undefined
      const at = exact ?? revision
      lists.push({ ...times, scope, exact, revisions: [at], items: new FinalLog([...log]).stateAt(scope, at) })
    } else if (action === 'get') {
      operations.push(
        now?.state
          ? { ...times, action, key, outcome: 'done', revision: standing, state: now.state }
          : { ...times, action, key, outcome: 'absent' },
      )
    } else if (action === 'create') {
      const free = standing === 0
      if (free) write(state)
      operations.push({
        ...times,
        action,
        key,
        state,
        ...(free ? { outcome: 'done', revision } : { outcome: 'conflict' }),
      })
    } else {
      const expected = random.chance(0.2) ? standing + 1_000 : standing
      const written = action === 'update' ? { state } : {}
      const shared = { ...times, action, key, expected, ...written }
      if (standing === 0) operations.push({ ...shared, outcome: 'absent' })
      else if (expected !== standing) operations.push({ ...shared, outcome: 'conflict' })
      else {
        write(action === 'update' ? state : undefined)
        const unknown = random.chance(0.1)
        const told = action === 'update' ? { revision } : {}
        operations.push({ ...shared, ...(unknown ? { outcome: 'unknown' } : { outcome: 'done', ...told }) })
      }
    }
  }
  return { log, operations, lists, sessions: Array.from({ length: 12 }, () => simulateSession(random, log, revision)) }
}

function simulateSession(random: Random, entries: readonly LogEntry[], latest: number): WatchSession {
  const log = new FinalLog(entries)
  const scope = random.pick(scopes)
  const begin = random.integer(1, latest)
  const initial = random.chance(0.5)
  const events: SessionEvent[] = []
  if (initial) {
    for (const item of log.stateAt(scope, begin)) events.push({ type: 'ADDED', ...item })
    events.push({ type: 'BOOKMARK', revision: begin, initialEventsEnd: true })
  }
  for (const event of log.eventsAfter(scope, begin)) {
    if (random.chance(0.02)) break
    events.push(event)
    if (random.chance(0.05)) events.push({ type: 'BOOKMARK', revision: event.revision, initialEventsEnd: false })
  }
  return { scope, from: initial ? undefined : begin, events }
}
