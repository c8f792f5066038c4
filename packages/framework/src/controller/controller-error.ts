/** A Manager could not begin, not end in the time it had, or may not go on. */
export class ControllerError extends Error {
  override readonly name = 'ControllerError'
  readonly code: ControllerErrorCode

  constructor(code: ControllerError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Codes of a {@link ControllerError}; docs/errors.md says what to do. */
export type ControllerErrorCode =
  | 'ERR_CACHE_SYNC_TIMEOUT'
  | 'ERR_GRACEFUL_SHUTDOWN_TIMEOUT'
  /** This process was the leader and is no longer. It must end. */
  | 'ERR_LEADER_ELECTION_LOST'
