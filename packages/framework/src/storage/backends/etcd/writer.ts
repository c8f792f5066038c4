import { setTimeout } from 'node:timers/promises'
import type { Entry, Write } from '../../backend.ts'
import type { StorageError } from '../../storage-error.ts'
import type { Cluster } from './cluster.ts'
import { methods } from './endpoint.ts'
import { conflict, isLeaseLost } from './failures.ts'
import type { Leases } from './leases.ts'
import { encodeRange, encodeTxn, type TxnResponse } from './messages.ts'

/** Where the server refuses a write, and what stands there is what was expected. */
const maxTries = 5
const retryMilliseconds = 25

/**
 * Writes one key at a time, in the forms of transaction that kine knows: a creation has no other branch, an update and a
 * deletion read what stands there instead. Specification storage-and-watch §6.1, §6.5.
 */
export class Writer {
  readonly #cluster: Cluster
  readonly #leases: Leases
  readonly #timeoutSeconds: number

  constructor(cluster: Cluster, leases: Leases, timeoutSeconds: number) {
    this.#cluster = cluster
    this.#leases = leases
    this.#timeoutSeconds = timeoutSeconds
  }

  async commit(write: Write): Promise<Entry> {
    const { key, value, expectedModRevision } = write
    if (value === null && expectedModRevision === 0) throw await this.#conflict(key)
    const response = await this.#compared(write)
    const { revision } = response
    if (value !== null && expectedModRevision === 0)
      return { key, value, createRevision: revision, modRevision: revision }
    const told = response.previous
    const previous = told?.modRevision === expectedModRevision ? told : await this.#previous(write)
    const createRevision = previous?.createRevision ?? expectedModRevision
    return { key, value: value ?? previous?.value ?? Buffer.alloc(0), createRevision, modRevision: revision }
  }

  /** Throws `Conflict` when the comparison fails. */
  async #compared(write: Write): Promise<TxnResponse> {
    const { key, expectedModRevision } = write
    for (let tries = 1; ; tries++) {
      const response = await this.#send(write)
      if (response.succeeded) return response
      const current = response.current ?? (expectedModRevision === 0 ? await this.#read(key) : undefined)
      // kine says this, too, when its database was busy; and a key that was in the way of a creation may be gone
      const contradicts = (current?.modRevision ?? 0) === expectedModRevision
      if (!contradicts || tries === maxTries) throw conflict({ key, ...(current && { current }) })
      await setTimeout(retryMilliseconds * tries)
    }
  }

  async #send(write: Write): Promise<TxnResponse> {
    const { value, ttlSeconds = 0 } = write
    if (value === null || ttlSeconds <= 0) return this.#transact(write, 0n)
    try {
      return await this.#transact(write, await this.#leases.lease(ttlSeconds))
    } catch (error) {
      if (!isLeaseLost(causeOf(error))) throw error
      this.#leases.forget()
      return this.#transact(write, await this.#leases.lease(ttlSeconds))
    }
  }

  #transact({ key, value, expectedModRevision }: Write, lease: bigint): Promise<TxnResponse> {
    const creates = expectedModRevision === 0
    const request = encodeTxn({
      key: Buffer.from(key),
      compare: { target: 'modRevision', value: expectedModRevision },
      // Only what stood there before tells when the key was created
      ...(value && { put: { value, lease, previous: !creates } }),
      read: !creates,
    })
    return this.#cluster.write(methods.txn, request, { timeoutSeconds: this.#timeoutSeconds, fields: { key } })
  }

  /** Of the deletion of what is to be absent. */
  async #conflict(key: string): Promise<StorageError> {
    const current = await this.#read(key)
    return conflict({ key, ...(current && { current }) })
  }

  /** What an update or a deletion has replaced, where the server (kine) has not told. */
  async #previous({ key, expectedModRevision }: Write): Promise<Entry | undefined> {
    // The write has happened: it does not fail because this does
    return this.#read(key, expectedModRevision).catch(() => undefined)
  }

  async #read(key: string, revision = 0): Promise<Entry | undefined> {
    const { kvs } = await this.#cluster.read(
      methods.range,
      encodeRange({ key: Buffer.from(key), limit: 1, revision }),
      {
        timeoutSeconds: this.#timeoutSeconds,
        fields: { key },
      },
    )
    return kvs[0]
  }
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined)
