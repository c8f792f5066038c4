import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { StorageError } from '../../storage-error.ts'

/** What follows a meta page's header. Source: lmdb's MDB_meta; format 2, as lmdb 3 writes it. */
const place = { flags: 18, magic: 24, format: 28, pageSize: 48, root: 136, lastPage: 144, transaction: 152, end: 160 }
const metaFlag = 0x08
const magic = 0xbeefc0de
/** Pages that were given up in the transaction that took them are counted, and need not be in the file. */
const slackBytes = 1024 * 1024

interface Meta {
  readonly pageSize: number
  readonly root: number
  readonly lastPage: number
  readonly transaction: number
}

/**
 * Throws StorageError `Corrupt` for a file that LMDB would read beyond its end or take for what it is not, and so kill the process.
 * It reads the two meta pages, not the data.
 */
export function checkDataFile(folder: string): void {
  const path = join(folder, 'data.mdb')
  if (!existsSync(path)) return
  const refuse = (why: string): StorageError =>
    new StorageError('Corrupt', `${path} ${why}: put a backup in the place of the folder, or remove it to begin anew`)
  const file = openSync(path, 'r')
  try {
    const isEmpty = fstatSync(file).size === 0
    // A first start that did not come far has left nothing else
    if (isEmpty && !existsSync(join(folder, 'ballast'))) return
    if (isEmpty) throw refuse('is empty')
    const first = readMeta(file, 0)
    const second = first && readMeta(file, first.pageSize)
    if (!first || !second) throw refuse('is no data of LMDB, or damaged at its beginning')
    const { lastPage, root, pageSize } = first.transaction > second.transaction ? first : second
    // After the meta pages: a process of a server that was killed may be writing its last, and the file grow
    const { size } = fstatSync(file)
    const missing = (lastPage + 1) * pageSize - size
    if (missing > slackBytes || (root < lastPage && (root + 1) * pageSize > size))
      throw refuse(`was cut off: ${String(missing)} bytes are missing`)
  } finally {
    closeSync(file)
  }
}

function readMeta(file: number, at: number): Meta | undefined {
  const page = Buffer.alloc(place.end)
  if (readSync(file, page, 0, page.length, at) < page.length) return undefined
  const pageSize = page.readUInt32LE(place.pageSize)
  const isMeta = (page.readUInt16LE(place.flags) & metaFlag) !== 0 && page.readUInt32LE(place.magic) === magic
  if (!isMeta || page.readUInt32LE(place.format) !== 2) return undefined
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return undefined
  const number = (offset: number): number => Number(page.readBigUInt64LE(offset))
  return {
    pageSize,
    root: number(place.root),
    lastPage: number(place.lastPage),
    transaction: number(place.transaction),
  }
}
