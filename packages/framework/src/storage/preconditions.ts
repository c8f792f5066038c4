import { StorageError } from './storage-error.ts'
import type { Preconditions } from './storage.ts'
import type { StoredItem } from './stored-item.ts'

/** What the object that stands there must be. Throws StorageError `InvalidObject`. Source: storage/interfaces.go Preconditions.Check. */
export function checkPreconditions(item: StoredItem, preconditions: Preconditions | undefined): void {
  if (!preconditions) return
  checkUid(item, preconditions.uid)
  const { resourceVersion } = preconditions
  if (resourceVersion !== undefined && resourceVersion !== item.resourceVersion)
    throw failed(item, 'ResourceVersion', resourceVersion, item.resourceVersion)
}

export function checkUid(item: StoredItem, uid: string | undefined): void {
  if (uid === undefined) return
  const actual = item.object.metadata.uid ?? ''
  if (uid !== actual) throw failed(item, 'UID', uid, actual)
}

const failed = (item: StoredItem, what: string, wanted: string, actual: string): StorageError =>
  new StorageError(
    'InvalidObject',
    `StorageError: invalid object, Code: 4, Key: ${item.key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${actual}`,
    { key: item.key },
  )
