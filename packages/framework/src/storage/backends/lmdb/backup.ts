import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { open } from 'lmdb'
import { backupKey, openTables, ownerKey, readState, writeState, type Tables } from './tables.ts'

/** More revisions than any disk lets a store write in a second. */
const revisionsPerSecond = 50_000
const leastJump = 1_000_000

/**
 * Copies the data of an LmdbBackend, as it is at one moment, into a new folder; its server, in this process or another of
 * this machine, goes on meanwhile. To restore, stop the server and put the copy in the place of its folder: opened for the
 * first time, it leaves out every revision that may have been given out since it was made, and clients list anew.
 *
 * @throws Error when `to` is there already, or nothing is at `path`.
 */
export async function backupLmdb(path: string, to: string, now: () => number = Date.now): Promise<void> {
  if (existsSync(to)) throw new Error(`${to} is there already: give the backup a folder of its own`)
  if (!existsSync(join(path, 'data.mdb'))) throw new Error(`there is no data at ${path}`)
  const partial = `${to}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true, mode: 0o700 })
  // Before the copy: what is written while it is made counts as written after
  const madeMs = now()
  const source = open<Buffer, Buffer>({ path, noSubdir: false, maxDbs: 8, encoding: 'binary', keyEncoding: 'binary' })
  try {
    await source.backup(partial, true)
  } finally {
    await source.close()
  }
  const copy = openTables(partial, { sync: true })
  copy.root.transactionSync(() => {
    void copy.meta.put(backupKey, Buffer.from(String(madeMs)))
    void copy.meta.remove(ownerKey)
  })
  await copy.root.close()
  rmSync(join(partial, 'lock.mdb'), { force: true })
  syncToDisk(partial)
  renameSync(partial, to)
  syncToDisk(dirname(to))
}

/**
 * Clients have seen revisions that a backup has not: under the same numbers other things would happen now, and they would
 * miss them. So it goes on behind all that can have been, and all that was before is compacted. The same backup may be
 * restored again: more time has passed then.
 */
export function jumpIfRestored(tables: Tables, nowMs: number): void {
  tables.root.transactionSync(() => {
    const made = tables.meta.getBinary(backupKey)
    if (!made) return
    const seconds = Math.max(0, nowMs - Number(made.toString())) / 1000
    const state = readState(tables)
    const revision = state.revision + leastJump + Math.ceil(seconds * revisionsPerSecond)
    writeState(tables, { ...state, revision, compacted: revision })
    void tables.meta.remove(backupKey)
  })
}

function syncToDisk(folder: string): void {
  const directory = openSync(folder, 'r')
  fsyncSync(directory)
  closeSync(directory)
}
