import { StorageError } from '../../storage-error.ts'
import { encodeUint64, expiryOf, readUint64 } from './rows.ts'
import type { Tables } from './tables.ts'

/** Rows looked at in one go. */
const batchRows = 256
/** A timer waits no longer, so that a clock that was set does not matter for long. */
const longestWaitMilliseconds = 60_000
const retryMilliseconds = 2000

export interface ExpiryOptions {
  /** Deletes the key if `modified` is its last revision. */
  remove(key: Buffer, modified: number): Promise<unknown>
  /** Milliseconds of the wall clock. */
  now(): number
}

/** Deletes the keys whose time has come. The table is on the disk, so that this goes on after a restart. */
export class Expiry {
  readonly #tables: Tables
  readonly #options: ExpiryOptions
  #timer: NodeJS.Timeout | undefined
  #due = Infinity
  /** A clock that goes back delays, but lets nothing live again. */
  #latest = 0
  #running: Promise<void> | undefined
  #closed = false

  constructor(tables: Tables, options: ExpiryOptions) {
    this.#tables = tables
    this.#options = options
  }

  start(): void {
    this.#arm(this.#first())
  }

  /** A key that expires then has been written. */
  notice(expires: number): void {
    if (expires < this.#due) this.#arm(expires)
  }

  /** Others may have written keys that expire. */
  look(): void {
    this.notice(this.#first())
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#running
  }

  now(): number {
    this.#latest = Math.max(this.#latest, this.#options.now())
    return this.#latest
  }

  #arm(due: number): void {
    clearTimeout(this.#timer)
    this.#due = due
    if (this.#closed || due === Infinity) return
    const wait = Math.min(Math.max(due - this.#options.now(), 1), longestWaitMilliseconds)
    this.#timer = setTimeout(() => {
      this.#running ??= this.#expire().finally(() => {
        this.#running = undefined
      })
    }, wait)
    this.#timer.unref()
  }

  async #expire(): Promise<void> {
    this.#due = Infinity
    let wait = 0
    while (!this.#closed && wait === 0) {
      const rows = this.#expired()
      const outcomes = await Promise.allSettled(rows.map(({ key, modified }) => this.#options.remove(key, modified)))
      // Someone was faster: that write has removed the row, too
      const failed = outcomes.some(
        (outcome) =>
          outcome.status === 'rejected' &&
          !(outcome.reason instanceof StorageError && outcome.reason.code === 'Conflict'),
      )
      if (failed) wait = retryMilliseconds
      if (rows.length < batchRows) break
    }
    const next = wait ? this.#options.now() + wait : this.#first()
    this.#arm(Math.min(next, this.#due))
  }

  #expired(): { key: Buffer; modified: number }[] {
    const end = encodeUint64(this.now() + 1)
    const rows = this.#tables.ttl.getRange({ start: encodeUint64(0), end, limit: batchRows })
    return [...rows].map(({ key, value }) => ({ key: expiryOf(key).key, modified: readUint64(value, 0) }))
  }

  #first(): number {
    for (const key of this.#tables.ttl.getKeys({ start: encodeUint64(0), limit: 1 })) return expiryOf(key).expires
    return Infinity
  }
}
