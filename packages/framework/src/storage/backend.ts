/** A Backend knows bytes and revisions only. It is judged by `backendConformance`. */

/** What a backend can do; the conformance suite skips by this and says so. */
export interface BackendSupports {
  /** Survives close and open. */
  readonly persistence: boolean
  /** Reads at an older revision, until it is compacted. */
  readonly snapshotReads: boolean
  /** Several processes may write. */
  readonly sharedWriters: boolean
  /** Write.ttlSeconds. */
  readonly leases: boolean
  /** Reads cost no network: the cacher then keeps no objects. */
  readonly localReads: boolean
  /** requestProgress is answered. Absent: it is. etcd before 3.4.31 and 3.5.13 cannot be asked; known when the backend is open. */
  readonly progress?: boolean
}

/** What stands at a key: bytes, and the revisions in which it was made and last written. */
export interface Entry {
  readonly key: string
  readonly value: Buffer
  /** Revision of the write that created this key. */
  readonly createRevision: number
  /** Revision of the last write. */
  readonly modRevision: number
}

/** Of a range: the revision to look at (default: now), and at most so many entries. */
export interface RangeOptions {
  /** 0 or absent: no limit. */
  readonly limit?: number
  /** Read the state as it was at this revision. */
  readonly revision?: number
}

/** Entries in the order of their keys, at one revision, and whether there are more. */
export interface Range {
  readonly entries: readonly Entry[]
  /** The store's revision at which this was read (the asked one, or the current). */
  readonly revision: number
  /** There are entries beyond the limit. */
  readonly more: boolean
  /** Entries in the whole range, the limit not counted. */
  readonly count: number
}

/** One change of one key, on a condition: `expectedModRevision` 0 means that nothing may be there, `value` null deletes. */
export interface Write {
  readonly key: string
  /** null deletes. */
  readonly value: Buffer | null
  /** The modRevision that the key must have now; 0 = must not exist. */
  readonly expectedModRevision: number
  /** The key vanishes by itself after this time; absent or 0: stays. */
  readonly ttlSeconds?: number
}

/** One change of one key, at a revision. */
export interface BackendEvent {
  readonly type: 'PUT' | 'DELETE'
  readonly key: string
  /** Revision of this write. Every write has a revision of its own, but for etcd's expired leases. */
  readonly revision: number
  /** The value written; for a deletion undefined. */
  readonly value: Buffer | undefined
  /** What stood there before; undefined when the key was created. */
  readonly previous: { readonly value: Buffer; readonly modRevision: number } | undefined
}

/** What a watch yields: events in order, or (empty `events`) word that the stream has reached `revision`. */
export interface BackendEvents {
  readonly events: readonly BackendEvent[]
  /** No event up to this revision is still to come. */
  readonly revision: number
}

/**
 * The processes of one server, which have a store open together. One of them is its keeper: it opens the store before the others, outlives them, and
 * does what is to be done once, as expiry and compaction.
 */
export interface BackendGroup {
  readonly isKeeper: boolean
  /** The same in all of them, and in no other group. */
  readonly token: string
  /** Tells the others that this process has written. */
  announce(): void
  /** `heard` is called when another process has written, or may have. */
  onAnnounced(heard: () => void): void
}

/** Bytes by key, with revisions: what a store has to be. Judged by `backendConformance`. Methods throw a StorageError. */
export interface Backend {
  readonly supports: BackendSupports
  /**
   * Before `open`: other processes will have the same store open. Reads then see at once what any of them has written, and watches yield the events
   * of all in one order. Absent where that needs no word (`supports.sharedWriters`), and where it cannot be.
   */
  share?(group: BackendGroup): void
  open(): Promise<void>
  /** May be called twice. */
  close(): Promise<void>
  /** The latest revision of the whole store, linearizable. Starts at 1. */
  currentRevision(): Promise<number>
  get(key: string, revision?: number): Promise<Entry | undefined>
  /** Keys in [start, end) in the order of their UTF-8 bytes. Throws StorageError `Compacted` or `FutureRevision`. */
  range(start: string, end: string, options?: RangeOptions): Promise<Range>
  /**
   * One atomic write. For a deletion the Entry returned has the value that was deleted and the deletion's revision
   * as modRevision. Throws StorageError `Conflict` (with `current`, the Entry that stands there or undefined), `TooLarge`, `Unknown`
   * (the outcome is not known).
   */
  commit(write: Write): Promise<Entry>
  /**
   * Everything after revision `after` in [start, end), in order, each once. Throws StorageError `Compacted` when that history is gone.
   * Ends without error when the signal aborts or the backend closes.
   */
  watch(start: string, end: string, options: { after: number; signal: AbortSignal }): AsyncIterable<BackendEvents>
  /** Asks every open watch to yield its revision soon (an empty batch, if nothing else). */
  requestProgress(): void
  /** Forgets history before `revision`; reads and watches at older revisions then throw `Compacted`. */
  compact(revision: number): Promise<void>
  /** The last compacted revision; 0 when none. */
  compactRevision(): number
}

/** The end of the range of all keys that begin with `prefix`. */
export function prefixEnd(prefix: string): string {
  const last = prefix.charCodeAt(prefix.length - 1)
  return prefix.slice(0, -1) + String.fromCharCode(last + 1)
}
