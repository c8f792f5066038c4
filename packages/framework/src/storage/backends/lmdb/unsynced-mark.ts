import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readState, writeState, type Tables } from './tables.ts'

/** Far enough that no revision which a power cut has taken back is given out again. */
const revisionJump = 1_000_000

const markOf = (path: string): string => join(path, 'unsynced')

/**
 * Data that was written without sync, and not closed, may have lost its latest revisions: whoever has seen these would
 * miss what happens under the same numbers now. So the revision jumps, and all that was is compacted: clients list anew.
 */
export function jumpIfUnsynced(path: string, tables: Tables): void {
  if (!existsSync(markOf(path))) return
  tables.root.transactionSync(() => {
    const state = readState(tables)
    const revision = state.revision + revisionJump
    writeState(tables, { ...state, revision, compacted: revision })
  })
}

/** While this stands, the data is open without sync. */
export function setUnsyncedMark(path: string): void {
  const file = openSync(markOf(path), 'w', 0o600)
  fsyncSync(file)
  closeSync(file)
}

export function clearUnsyncedMark(path: string): void {
  rmSync(markOf(path), { force: true })
}
