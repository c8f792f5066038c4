import type { GroupResource } from '../meta/group-version.ts'
import { StatusError } from '../meta/status.ts'
import { StorageError } from '../storage/storage-error.ts'

type Operation = 'get' | 'list' | 'watch' | 'create' | 'update' | 'delete'

/**
 * The one place where a store's failure becomes an answer. Everything that is not a StorageError passes unchanged.
 * Source: registry/generic/registry/…InterpretError; specification storage-and-watch §1.5.
 */
export function storageStatus(error: unknown, operation: Operation, resource: GroupResource, name: string): unknown {
  if (!(error instanceof StorageError)) return error
  switch (error.code) {
    case 'KeyNotFound':
      return StatusError.notFound(resource, operation === 'list' ? '' : name)
    case 'KeyExists':
      return operation === 'create'
        ? StatusError.alreadyExists(resource, name)
        : StatusError.conflict(resource, name, error.message, { cause: error })
    case 'InvalidObject':
    case 'Conflict':
      return StatusError.conflict(resource, name, error.message, { cause: error })
    case 'Unreachable':
      return StatusError.serverTimeout(resource, operation, 2)
    case 'Timeout':
      return StatusError.serverTimeout(resource, operation, 0)
    case 'Corrupt':
      return StatusError.internal(error)
    case 'Compacted':
      return StatusError.expired(error.message)
    case 'NoSpace':
      return new StatusError({ code: 507, reason: 'InsufficientStorage', message: error.message }, { cause: error })
    case 'FutureRevision':
    case 'TooLarge':
    case 'Unknown':
    case 'Closed':
      return StatusError.unknown(error.message, { cause: error })
  }
}

/** Runs a storage operation and answers its failure as a Status. */
export async function interpreted<R>(
  operation: Operation,
  resource: GroupResource,
  name: string,
  run: () => Promise<R>,
): Promise<R> {
  try {
    return await run()
  } catch (error) {
    throw storageStatus(error, operation, resource, name)
  }
}
