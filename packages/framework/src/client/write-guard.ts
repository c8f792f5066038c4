/** Says whether a client may still write: what leader election is to those who follow. */
export interface WriteGuard {
  /** Throws when nothing may be written. Called with no wait between it and the first byte. */
  check(): void
  /** Aborts when nothing may be written any more: ends writes that are under way. */
  readonly signal?: AbortSignal
}
