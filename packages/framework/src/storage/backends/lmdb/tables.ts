import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { open, type Database, type RootDatabase } from 'lmdb'
import { checkDataFile } from './file-check.ts'
import { decodeState, encodeState, type State } from './rows.ts'

export type Table = Database<Buffer, Buffer>

/** One LMDB environment and its tables; see rows.ts for what is in them. */
export interface Tables {
  /** The folder. */
  readonly path: string
  readonly root: RootDatabase<Buffer, Buffer>
  readonly kv: Table
  readonly large: Table
  readonly hist: Table
  readonly log: Table
  readonly ttl: Table
  readonly meta: Table
}

const format = Buffer.from('2')
/** What is read, too, and becomes the present format: it has no table `large`. */
const formerFormat = Buffer.from('1')
const formatKey = Buffer.from('format')
/** In a copy that was not opened yet: when it was made, in milliseconds since the epoch. */
export const backupKey = Buffer.from('backup')
export const ownerKey = Buffer.from('owner')
export const stateKey = Buffer.from('state')

/** Opens what is at `path`, or makes it; `joined`: another process has it open, and is writing. Throws StorageError `Corrupt`. */
export function openTables(path: string, { sync, joined = false }: { sync: boolean; joined?: boolean }): Tables {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  if (!joined) checkDataFile(path)
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const
  // overlappingSync would show, and acknowledge, what is not on the disk yet
  const root = open<Buffer, Buffer>({
    path,
    ...binary,
    noSubdir: false,
    overlappingSync: false,
    // The Writer batches; and the promise of lmdb's own batches would reject unhandled when the disk is full
    eventTurnBatching: false,
    noSync: !sync,
    maxDbs: 8,
  })
  // Objects may be secrets, and the folder may have been there before, readable for all
  for (const file of ['data.mdb', 'lock.mdb']) chmodSync(join(path, file), 0o600)
  const table = (name: string): Table => root.openDB<Buffer, Buffer>({ name, ...binary })
  const tables = {
    path,
    root,
    kv: table('kv'),
    large: table('large'),
    hist: table('hist'),
    log: table('log'),
    ttl: table('ttl'),
    meta: table('meta'),
  }
  root.transactionSync(() => {
    const found = tables.meta.getBinary(formatKey)
    if (found && !found.equals(format) && !found.equals(formerFormat))
      throw new Error(`the data at ${path} has format ${found.toString()}, this version reads ${format.toString()}`)
    if (!found?.equals(format)) void tables.meta.put(formatKey, format)
    if (!found) writeState(tables, { revision: 1, compacted: 0, pastBytes: 0 })
  })
  return tables
}

/** The value of a key, for whoever keeps it. It is of Node's pool: a buffer of its own would cost more than the rest of a small read. */
export function copyOf(table: Table, key: Buffer): Buffer | undefined {
  // Good until the next read; there may be more of it than its length says.
  const shared = table.getBinaryFast(key)
  return shared && Buffer.from(shared.subarray(0, shared.length))
}

/** As the transaction that is going on sees it. */
export function readState({ meta }: Pick<Tables, 'meta'>): State {
  const row = meta.getBinary(stateKey)
  if (!row) throw new Error('the data has lost its revision')
  return decodeState(row)
}

export function writeState({ meta }: Pick<Tables, 'meta'>, state: State): void {
  void meta.put(stateKey, encodeState(state))
}
