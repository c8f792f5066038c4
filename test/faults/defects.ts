import type { ViolationKind } from './checker.ts'
import { FinalLog } from './final-log.ts'
import type { History, Operation, SessionEvent, WatchSession } from './history.ts'
import type { Random } from './random.ts'

/** A mistake of a server, put into a history that has none. */
export interface Defect {
  readonly name: string
  /** At least one of these has to be found. */
  readonly caughtAs: readonly ViolationKind[]
  /** undefined: the history has no place for it. */
  readonly seed: (history: History, random: Random) => History | undefined
}

const lost = 1_000_000_000

export const defects: readonly Defect[] = [
  {
    name: 'an event is dropped',
    caughtAs: ['dropped event'],
    // Not the last one: a stream that was cut has not promised more.
    seed: inSession(({ events }, random) => {
      const at = placeOf(events, random, 1)
      return at && [...events.slice(0, at), ...events.slice(at + 1)]
    }),
  },
  {
    name: 'an event is repeated',
    caughtAs: ['repeated event'],
    seed: inSession(({ events }, random) => {
      const at = placeOf(events, random, 0)
      const event = at === undefined ? undefined : events[at]
      return at !== undefined && event ? [...events.slice(0, at), event, ...events.slice(at)] : undefined
    }),
  },
  {
    name: 'two events change places',
    caughtAs: ['dropped event', 'unordered event'],
    seed: inSession(({ events }, random) => {
      const at = placeOf(events, random, 1)
      const [a, b] = at === undefined ? [] : events.slice(at, at + 2)
      if (at === undefined || !a || !b || b.type === 'BOOKMARK') return undefined
      return [...events.slice(0, at), b, a, ...events.slice(at + 2)]
    }),
  },
  {
    name: 'an event has another content',
    caughtAs: ['wrong event'],
    seed: inSession(({ events }, random) => {
      const at = placeOf(events, random, 0)
      const event = at === undefined ? undefined : events[at]
      if (!event || event.type === 'BOOKMARK') return undefined
      return events.with(at ?? 0, { ...event, state: { ...event.state, value: 'something else' } })
    }),
  },
  {
    name: 'a bookmark runs ahead of an event',
    caughtAs: ['early bookmark'],
    seed: inSession(({ events }, random) => {
      const at = placeOf(events, random, 0)
      const event = at === undefined ? undefined : events[at]
      if (at === undefined || !event) return undefined
      const bookmark: SessionEvent = { type: 'BOOKMARK', revision: event.revision, initialEventsEnd: false }
      return [...events.slice(0, at), bookmark, ...events.slice(at)]
    }),
  },
  {
    name: 'an object is missing in the initial state',
    caughtAs: ['wrong initial state'],
    seed: (history, random) =>
      withOne(history, 'sessions', random, (session) => {
        const end = session.events.findIndex((e) => e.type === 'BOOKMARK' && e.initialEventsEnd)
        return session.from === undefined && end > 0 ? { ...session, events: session.events.slice(1) } : undefined
      }),
  },
  {
    name: 'an acknowledged write is lost',
    caughtAs: ['lost write'],
    seed: (history, random) => {
      const write = random.pick(history.operations.filter((o) => isWrite(o) && o.outcome === 'done'))
      return { ...history, log: history.log.filter((entry) => entry.revision !== write.revision) }
    },
  },
  {
    name: 'an acknowledged deletion is lost',
    caughtAs: ['lost write'],
    seed: (history, random) => {
      const log = new FinalLog(history.log)
      const deletions = history.operations.filter((o) => o.action === 'delete' && o.outcome === 'done')
      if (deletions.length === 0) return undefined
      const { key, expected } = random.pick(deletions)
      return {
        ...history,
        log: history.log.filter((e) => e.key !== key || e.state || log.previous(e)?.revision !== expected),
      }
    },
  },
  {
    name: 'a revision is given out twice',
    caughtAs: ['reused revision'],
    seed: (history, random) => {
      const writes = history.operations.filter((o) => isWrite(o) && o.outcome === 'done')
      const [a, b] = [random.pick(writes), random.pick(writes)]
      if (a === b) return undefined
      const operations = history.operations.map((o) => (o === a ? { ...a, revision: b.revision } : o))
      return { ...history, operations }
    },
  },
  {
    name: 'a restart goes back to old revisions',
    caughtAs: ['reused revision'],
    seed: ({ log, ...rest }, random) => {
      const at = random.integer(log.length >> 1, log.length - 1)
      const back = (log[at]?.revision ?? 0) - (log[at - 2]?.revision ?? 0)
      return {
        ...rest,
        log: log.map((entry, i) => (i < at ? entry : { ...entry, revision: entry.revision - back })),
      }
    },
  },
  {
    name: 'a write was refused and has happened',
    caughtAs: ['failed write applied'],
    seed: (history, random) =>
      withOne(history, 'operations', random, (o) =>
        isWrite(o) && o.outcome === 'done' ? { ...o, outcome: 'conflict', revision: undefined } : undefined,
      ),
  },
  {
    name: 'a write ignores its precondition',
    caughtAs: ['precondition ignored'],
    seed: (history, random) =>
      withOne(history, 'operations', random, (o) =>
        o.action === 'update' && o.outcome === 'done' ? { ...o, expected: (o.expected ?? 0) + lost } : undefined,
      ),
  },
  {
    name: 'a write that nobody made',
    caughtAs: ['phantom write'],
    seed: ({ log, ...rest }) => {
      const last = log.at(-1)
      if (!last) return undefined
      const state = { value: 'nobody', shard: 'a' }
      return { ...rest, log: [...log, { revision: last.revision + 1, key: 'default/nobody', state }] }
    },
  },
  {
    name: 'a read is older than what was acknowledged before',
    caughtAs: ['stale read'],
    seed: (history, random) =>
      withOne(history, 'operations', random, (o) => {
        if (o.action !== 'get' || o.outcome !== 'done') return undefined
        const log = new FinalLog(history.log)
        const entry = log.at(o.revision ?? 0)
        const older = entry && log.previous(entry)
        // Its successor was acknowledged before the read began
        const known = history.operations.some((w) => isWrite(w) && w.revision === o.revision && w.endMs < o.startMs)
        return older?.state && known ? { ...o, revision: older.revision, state: older.state } : undefined
      }),
  },
  {
    name: 'a list lacks an object',
    caughtAs: ['wrong list'],
    seed: (history, random) =>
      withOne(history, 'lists', random, (list) =>
        list.items.length > 0 ? { ...list, items: list.items.slice(1) } : undefined,
      ),
  },
  {
    name: 'pages are of two states',
    caughtAs: ['wrong list'],
    seed: (history, random) =>
      withOne(history, 'lists', random, (list) => ({
        ...list,
        revisions: [...list.revisions, (list.revisions[0] ?? 0) + 1],
      })),
  },
  {
    name: 'a refusal without a reason',
    caughtAs: ['unjustified refusal'],
    seed: (history, random) =>
      withOne(history, 'operations', random, (o) => {
        const alone = !history.operations.some(
          (other) => other !== o && other.key === o.key && other.startMs <= o.endMs && other.endMs >= o.startMs,
        )
        const known = history.operations.some((w) => w.revision === o.expected && w.endMs < o.startMs)
        if (o.action !== 'update' || o.outcome !== 'done' || !alone || !known) return undefined
        return { ...o, outcome: 'conflict', revision: undefined, state: { value: 'never', shard: 'a' } }
      }),
  },
]

const isWrite = ({ action }: Operation): boolean => action === 'create' || action === 'update'

/** A place of an object's event after the initial ones, with so many of objects directly behind it. */
function placeOf(events: readonly SessionEvent[], random: Random, behind: number): number | undefined {
  const begin = events.findIndex((e) => e.type === 'BOOKMARK' && e.initialEventsEnd) + 1
  const places = events.flatMap((event, i) =>
    i >= begin && event.type !== 'BOOKMARK' && events.slice(i + 1, i + 1 + behind).every((e) => e.type !== 'BOOKMARK')
      ? i + behind < events.length
        ? [i]
        : []
      : [],
  )
  return places.length > 0 ? random.pick(places) : undefined
}

function inSession(change: (session: WatchSession, random: Random) => SessionEvent[] | undefined | 0): Defect['seed'] {
  return (history, random) =>
    withOne(history, 'sessions', random, (session) => {
      // Streams that were cut before they had told all of the beginning are not judged.
      if (session.from === undefined && !session.events.some((e) => e.type === 'BOOKMARK' && e.initialEventsEnd))
        return undefined
      const events = change(session, random)
      return events ? { ...session, events } : undefined
    })
}

/** Changes one member, taken at random from those that can be changed. */
function withOne<K extends 'sessions' | 'operations' | 'lists'>(
  history: History,
  member: K,
  random: Random,
  change: (item: History[K][number]) => History[K][number] | undefined,
): History | undefined {
  const items: readonly History[K][number][] = history[member]
  const begin = items.length > 0 ? random.integer(0, items.length - 1) : 0
  for (let i = 0; i < items.length; i++) {
    const at = (begin + i) % items.length
    const item = items[at]
    const changed = item && change(item)
    if (changed) return { ...history, [member]: items.with(at, changed) }
  }
  return undefined
}
