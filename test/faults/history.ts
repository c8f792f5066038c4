/** What clients of a server have seen, and what its store says has happened. All times are of one clock, in milliseconds. */
export interface History {
  /** Every write to the objects of the test, as the store has them: the final log. */
  readonly log: readonly LogEntry[]
  readonly operations: readonly Operation[]
  readonly lists: readonly ListRead[]
  readonly sessions: readonly WatchSession[]
}

export interface State {
  /** Unique for each write. */
  readonly value: string
  /** The label that selectors ask for. */
  readonly shard: string
}

export interface LogEntry {
  readonly revision: number
  /** `namespace/name`. */
  readonly key: string
  /** undefined: deleted. */
  readonly state: State | undefined
}

/**
 * done: acknowledged; conflict: 409; absent: 404; unknown: no answer, or one that leaves open whether it has happened.
 * A get that finds nothing is `absent`.
 */
export type Outcome = 'done' | 'conflict' | 'absent' | 'unknown'

export interface Operation {
  readonly action: 'create' | 'update' | 'delete' | 'get'
  readonly key: string
  /** The revision that an update or a deletion demands. */
  readonly expected?: number
  /** What a create or update writes, or a get has found. */
  readonly state?: State
  readonly startMs: number
  readonly endMs: number
  readonly outcome: Outcome
  /** Of what was written or found; deletions are told none. */
  readonly revision?: number
}

export interface Scope {
  readonly namespace?: string
  readonly shard?: string
}

export interface ListRead {
  readonly scope: Scope
  /** What was asked for; undefined: a consistent read. */
  readonly exact?: number
  readonly startMs: number
  readonly endMs: number
  /** Of the list; of several pages that of each. */
  readonly revisions: readonly number[]
  readonly items: readonly Item[]
}

export interface Item {
  readonly key: string
  readonly revision: number
  readonly state: State
}

/** One stream. */
export interface WatchSession {
  readonly scope: Scope
  /** Everything after this revision; undefined: the present state first. */
  readonly from: number | undefined
  readonly events: readonly SessionEvent[]
}

export type SessionEvent =
  | ({ readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' } & Item)
  | { readonly type: 'BOOKMARK'; readonly revision: number; readonly initialEventsEnd: boolean }

export const inScope = (scope: Scope, key: string, state: State | undefined): boolean =>
  state !== undefined &&
  (scope.namespace === undefined || key.startsWith(`${scope.namespace}/`)) &&
  (scope.shard === undefined || scope.shard === state.shard)
