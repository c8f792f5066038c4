import type { Entry } from './backend.ts'

/** Why a store refused or failed; docs/errors.md says what a client sees of each. */
export type StorageErrorCode =
  | 'KeyNotFound'
  | 'KeyExists'
  /** A precondition (uid, resourceVersion) did not hold. */
  | 'InvalidObject'
  /** Backend.commit: the key's modRevision is not the expected one; `current` is what stands there. */
  | 'Conflict'
  | 'Compacted'
  | 'FutureRevision'
  | 'Corrupt'
  | 'TooLarge'
  /** No space left, for writes. */
  | 'NoSpace'
  /** The write may or may not have happened. */
  | 'Unknown'
  | 'Unreachable'
  | 'Timeout'
  | 'Closed'

/** What a StorageError tells beside its code. */
export interface StorageErrorFields {
  readonly key?: string
  readonly current?: Entry
  /** The revision asked for, and the store's own. */
  readonly revision?: number
  readonly currentRevision?: number
  readonly cause?: unknown
}

/** A failure of a store. One file (registry/storage-status.ts) translates these to Status. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode
  readonly key: string
  readonly current: Entry | undefined
  readonly revision: number | undefined
  readonly currentRevision: number | undefined

  constructor(code: StorageErrorCode, message: string, fields: StorageErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.code = code
    this.key = fields.key ?? ''
    this.current = fields.current
    this.revision = fields.revision
    this.currentRevision = fields.currentRevision
  }
}
