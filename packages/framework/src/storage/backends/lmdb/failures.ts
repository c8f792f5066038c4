import { StorageError } from '../../storage-error.ts'

export const compacted = (revision: number, currentRevision: number): StorageError =>
  new StorageError('Compacted', 'required revision has been compacted', { revision, currentRevision })

export const futureRevision = (revision: number, currentRevision: number): StorageError =>
  new StorageError('FutureRevision', 'required revision is a future revision', { revision, currentRevision })

export const closed = (): StorageError => new StorageError('Closed', 'the backend is closed')

/** ENOSPC, EFBIG, EDQUOT and LMDB's own "map full", as LMDB numbers them. */
const noSpaceCodes: ReadonlySet<unknown> = new Set([28, 27, 122, -30792, 'ENOSPC', 'EFBIG', 'EDQUOT'])

/** What became of the writes of a transaction that failed. */
export async function commitFailure(error: unknown): Promise<StorageError> {
  if (error instanceof StorageError) return error
  const cause = await underlying(error)
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  if (noSpaceCodes.has(code)) return new StorageError('NoSpace', 'no space left for the data', { cause })
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
