import { StatusError } from '../meta/status.ts'
import { ConnectionError } from './connection-error.ts'

const isReason = (error: unknown, ...reasons: readonly string[]): error is StatusError =>
  error instanceof StatusError && reasons.includes(error.reason)

/** Whether it is a 404. */
export const isNotFound = (error: unknown): error is StatusError => isReason(error, 'NotFound')
/** Whether it is a 409 because the name is taken. */
export const isAlreadyExists = (error: unknown): error is StatusError => isReason(error, 'AlreadyExists')
/** The object changed since it was read: read again and retry. */
export const isConflict = (error: unknown): error is StatusError => isReason(error, 'Conflict')

/** The resourceVersion or continue token is older than what the server remembers. */
export const isExpired = (error: unknown): error is StatusError =>
  error instanceof StatusError && (error.code === 410 || isReason(error, 'Expired', 'Gone'))

/** Whether it is a 429. */
export const isTooManyRequests = (error: unknown): error is StatusError =>
  error instanceof StatusError && error.code === 429

/** The server has not seen that resourceVersion yet; older servers tell only by the text. */
export const isTooLargeResourceVersion = (error: unknown): error is StatusError =>
  isReason(error, 'Timeout') &&
  (error.status.details?.causes?.some((cause) => cause.reason === 'ResourceVersionTooLarge') === true ||
    error.message.includes('Too large resource version'))

export const isConnectionRefused = (error: unknown): error is ConnectionError =>
  error instanceof ConnectionError && error.code === 'ECONNREFUSED'
