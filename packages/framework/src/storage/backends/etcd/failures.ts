import { status, type ServiceError } from '@grpc/grpc-js'
import { StorageError, type StorageErrorFields } from '../../storage-error.ts'

export const closed = (cause?: unknown): StorageError => new StorageError('Closed', 'the backend is closed', { cause })

export const compacted = (fields: StorageErrorFields): StorageError =>
  new StorageError('Compacted', 'required revision has been compacted', fields)

export const conflict = (fields: StorageErrorFields): StorageError =>
  new StorageError('Conflict', 'the key was modified', fields)

const compactedText = 'etcdserver: mvcc: required revision has been compacted'
const futureText = 'etcdserver: mvcc: required revision is a future revision'
const noLeaderText = 'etcdserver: no leader'
const noSpaceText = 'etcdserver: mvcc: database space exceeded'
const tooManyText = 'etcdserver: too many requests'
const leaseNotFoundText = 'etcdserver: requested lease not found'
const tooLargeTexts: readonly RegExp[] = [
  /^etcdserver: request is too large$/,
  /^grpc: received message larger than max/,
  /^Attempted to send message with a size larger/,
]

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error
}

/** The time for the call is over. */
export const isDeadline = (error: unknown): boolean => isServiceError(error) && error.code === status.DEADLINE_EXCEEDED

const transientCodes: ReadonlySet<number> = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.CANCELLED,
  status.ABORTED,
  status.INTERNAL,
  status.UNKNOWN,
])

/** Another try, at best with another server, may succeed. */
export function isTransient(error: unknown): boolean {
  return isServiceError(error) && transientCodes.has(error.code) && !error.details.includes('parsing error')
}

/**
 * The server cannot have carried the call out: it was never sent, or it was turned away at the door. Only then may a
 * write be tried again.
 */
export function isUnprocessed(error: unknown): boolean {
  return (
    isServiceError(error) &&
    error.code === status.UNAVAILABLE &&
    (error.details === noLeaderText || /^(No connection established|Name resolution failed)/.test(error.details))
  )
}

/** The lease was revoked, or has expired; what was to be written with it was not written. */
export const isLeaseLost = (error: unknown): boolean => isServiceError(error) && error.details === leaseNotFoundText

/** What a call that only reads has failed of. Source: etcd api/v3rpc/rpctypes/error.go; specification §6.4. */
export function readFailure(error: unknown, fields: StorageErrorFields = {}): StorageError {
  if (error instanceof StorageError) return error
  const all = { ...fields, cause: error }
  if (!isServiceError(error)) return new StorageError('Unreachable', `etcd: ${String(error)}`, all)
  return definite(error, all) ?? new StorageError(indefiniteCode(error), message(error), all)
}

/** What a write has failed of. */
export function writeFailure(error: unknown, fields: StorageErrorFields = {}): StorageError {
  if (error instanceof StorageError) return error
  const all = { ...fields, cause: error }
  if (isServiceError(error)) {
    const known = definite(error, all)
    if (known) return known
    if (isUnprocessed(error) || error.details === tooManyText || refusedCodes.has(error.code))
      return new StorageError('Unreachable', message(error), all)
  }
  const text = isServiceError(error) ? message(error) : String(error)
  return new StorageError('Unknown', `the write may or may not have happened: ${text}`, all)
}

/** With these etcd says that it has not carried out what was asked. */
const refusedCodes: ReadonlySet<number> = new Set([
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
  status.FAILED_PRECONDITION,
  status.OUT_OF_RANGE,
  status.UNIMPLEMENTED,
  status.UNAUTHENTICATED,
])

/** Where etcd's own words tell what became of the call. */
function definite(error: ServiceError, fields: StorageErrorFields): StorageError | undefined {
  const { details } = error
  if (details === compactedText) return compacted(fields)
  if (details === futureText)
    return new StorageError('FutureRevision', 'required revision is a future revision', fields)
  if (details === noSpaceText) return new StorageError('NoSpace', message(error), fields)
  if (tooLargeTexts.some((text) => text.test(details))) return new StorageError('TooLarge', message(error), fields)
  return undefined
}

const indefiniteCode = ({ code, details }: ServiceError): 'Timeout' | 'Unreachable' =>
  code === status.DEADLINE_EXCEEDED || details.startsWith('etcdserver: request timed out') ? 'Timeout' : 'Unreachable'

const message = ({ details, code }: ServiceError): string => `etcd: ${details || `code ${String(code)}`}`
