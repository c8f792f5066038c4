import { randomFillSync } from 'node:crypto'
import { rmSync } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageError } from '../../storage-error.ts'

/** LMDB needs pages for deletions, too: this file is given up for them. */
const ballastBytes = 4 * 1024 * 1024
const retryMilliseconds = 2000

/**
 * What is done about a full disk: the ballast makes room for deletions, and all other writes are refused at once,
 * but for one now and then that tries. Nothing has to be restarted when there is room again.
 */
export class DiskSpace {
  readonly #file: string
  #timer: NodeJS.Timeout | undefined
  #full = false
  #nextTry = 0
  #making: Promise<void> | undefined

  constructor(path: string) {
    this.#file = join(path, 'ballast')
  }

  start(): void {
    this.#restore()
    this.#timer = setInterval(() => {
      this.#restore()
    }, retryMilliseconds)
    this.#timer.unref()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#making
  }

  /** Throws StorageError `NoSpace`. To be asked before a write that is not a deletion. */
  check(key: string): void {
    if (!this.#full) return
    const now = performance.now()
    if (now < this.#nextTry) throw new StorageError('NoSpace', 'no space left for the data', { key })
    this.#nextTry = now + retryMilliseconds
  }

  /** A write that was not a deletion has come to the disk. */
  succeeded(): void {
    this.#full = false
  }

  failed(): void {
    if (this.#full) return
    this.#full = true
    this.#nextTry = performance.now() + retryMilliseconds
    rmSync(this.#file, { force: true })
  }

  #restore(): void {
    this.#making ??= this.#make()
      // Not now, then: it is tried again
      .catch(() => undefined)
      .finally(() => {
        this.#making = undefined
      })
  }

  /** Twice the ballast is written, so that room for the data is left when the ballast stands. */
  async #make(): Promise<void> {
    const found = await stat(this.#file).catch(() => undefined)
    if (found?.size === ballastBytes) return
    // Zeros would take no room where the file system compresses
    const bytes = randomFillSync(Buffer.allocUnsafe(ballastBytes))
    try {
      const file = await open(this.#file, 'w', 0o600)
      try {
        await file.writeFile(bytes)
        await file.writeFile(bytes)
        await file.truncate(ballastBytes)
        await file.sync()
      } finally {
        await file.close()
      }
    } catch (error) {
      await rm(this.#file, { force: true })
      throw error
    }
  }
}
