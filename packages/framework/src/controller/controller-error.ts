/** A Manager could not begin, or not end, in the time it had. */
export class ControllerError extends Error {
  override readonly name = 'ControllerError'
  readonly code: 'ERR_CACHE_SYNC_TIMEOUT' | 'ERR_GRACEFUL_SHUTDOWN_TIMEOUT'

  constructor(code: ControllerError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
