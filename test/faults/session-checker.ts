import type { Violation, ViolationKind } from './checker.ts'
import type { FinalLog, ObjectEvent } from './final-log.ts'
import type { Item, WatchSession } from './history.ts'

/**
 * Ordered, unique, reliable, resumable, bookmarkable: what a stream has brought is what the log has for it, from where it
 * began, without a gap.
 */
export function* checkSession(session: WatchSession, log: FinalLog): Generator<Violation> {
  const { scope, from, events } = session
  let begin = from
  let first = 0
  if (begin === undefined) {
    first = events.findIndex((event) => event.type === 'BOOKMARK' && event.initialEventsEnd) + 1
    const end = events[first - 1]
    // Cut before it was told all
    if (end?.type !== 'BOOKMARK') return
    begin = end.revision
    const state = applied(events.slice(0, first - 1).filter((e): e is ObjectEvent => e.type !== 'BOOKMARK'))
    const wanted = log.stateAt(scope, begin)
    if (JSON.stringify(state) !== JSON.stringify(wanted))
      yield {
        kind: 'wrong initial state',
        detail: `${JSON.stringify(state)} instead of ${JSON.stringify(wanted)} at ${String(begin)}`,
      }
  }
  const expected = log.eventsAfter(scope, begin)
  let next = expected.next()
  let last = begin
  const seen = new Set<string>()
  for (const event of events.slice(first)) {
    const wanted = next.done ? undefined : next.value
    if (event.type === 'BOOKMARK') {
      if (wanted && wanted.revision <= event.revision) yield violation('early bookmark', session, event, wanted)
      if (event.revision < last) yield violation('unordered event', session, event, wanted)
      last = Math.max(last, event.revision)
      continue
    }
    const name = JSON.stringify(event)
    if (same(event, wanted)) {
      next = expected.next()
    } else {
      yield violation(kindOf(event, wanted, seen.has(name), last), session, event, wanted)
      // Go on behind it, so that one mistake is told once.
      while (!next.done && next.value.revision <= event.revision) next = expected.next()
    }
    seen.add(name)
    last = Math.max(last, event.revision)
  }
}

function kindOf(event: ObjectEvent, wanted: ObjectEvent | undefined, before: boolean, last: number): ViolationKind {
  if (before) return 'repeated event'
  if (event.revision <= last) return 'unordered event'
  return wanted && wanted.revision < event.revision ? 'dropped event' : 'wrong event'
}

const same = (a: ObjectEvent, b: ObjectEvent | undefined): boolean =>
  a.type === b?.type &&
  a.revision === b.revision &&
  a.key === b.key &&
  a.state.value === b.state.value &&
  a.state.shard === b.state.shard

function applied(events: readonly ObjectEvent[]): Item[] {
  const state = new Map<string, Item>()
  for (const { type, key, revision, state: object } of events)
    if (type === 'DELETED') state.delete(key)
    else state.set(key, { key, revision, state: object })
  return [...state.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

const violation = (kind: ViolationKind, session: WatchSession, event: unknown, wanted: unknown): Violation => ({
  kind,
  detail: `a watch of ${JSON.stringify(session.scope)} from ${String(session.from)} had ${JSON.stringify(event)}, next in the log is ${wanted === undefined ? 'nothing' : JSON.stringify(wanted)}`,
})
