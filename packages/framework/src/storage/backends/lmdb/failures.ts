import { statfs } from 'node:fs/promises'
import { StorageError } from '../../storage-error.ts'

export const compacted = (revision: number, currentRevision: number): StorageError =>
  new StorageError('Compacted', 'required revision has been compacted', { revision, currentRevision })

export const futureRevision = (revision: number, currentRevision: number): StorageError =>
  new StorageError('FutureRevision', 'required revision is a future revision', { revision, currentRevision })

export const closed = (): StorageError => new StorageError('Closed', 'the backend is closed')

/** ENOSPC, EFBIG, EDQUOT and LMDB's own "map full", as LMDB numbers them. */
const noSpaceCodes: ReadonlySet<unknown> = new Set([28, 27, 122, -30792, 'ENOSPC', 'EFBIG', 'EDQUOT'])

/** EIO: also what LMDB makes of a write of which only a part had room. */
const partlyWritten = 5
/** Of a disk that has just taken a part. */
const leftBytes = 256 * 1024

/** What became of the writes of a transaction that failed; `folder`: where the data is. */
export async function commitFailure(error: unknown, folder: string): Promise<StorageError> {
  if (error instanceof StorageError) return error
  const cause = await underlying(error)
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  if (noSpaceCodes.has(code) || (code === partlyWritten && (await isFull(folder))))
    return new StorageError('NoSpace', 'no space left for the data', { cause })
  const text = cause instanceof Error ? cause.message : String(cause)
  return new StorageError('Unknown', `the write may or may not have happened: ${text}`, { cause })
}

/** lmdb rejects with an error whose `commitError` is a promise that rejects with the cause, perhaps later, perhaps never. */
async function underlying(error: unknown): Promise<unknown> {
  if (typeof error !== 'object' || error === null || !('commitError' in error)) return error
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<unknown>((resolve) => {
    timer = setTimeout(resolve, 1000, error)
  })
  const cause = Promise.resolve(error.commitError).then(
    () => error,
    (reason: unknown) => reason,
  )
  try {
    return await Promise.race([cause, patience])
  } finally {
    clearTimeout(timer)
  }
}

async function isFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize < leftBytes
}
