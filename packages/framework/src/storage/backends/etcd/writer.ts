import type { Entry, Write } from '../../backend.ts'
import type { StorageError } from '../../storage-error.ts'
import type { Cluster } from './cluster.ts'
import { methods } from './endpoint.ts'
import { conflict, isLeaseLost } from './failures.ts'
import type { Leases } from './leases.ts'
import { encodeRange, encodeTxn, type TxnResponse } from './messages.ts'

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
    const response = await this.#send(write)
    const { succeeded, revision, current } = response
    if (!succeeded)
      throw expectedModRevision === 0 ? await this.#conflict(key) : conflict({ key, ...(current && { current }) })
    if (value !== null && expectedModRevision === 0)
      return { key, value, createRevision: revision, modRevision: revision }
    const previous = response.previous ?? (await this.#previous(write))
    const createRevision = previous?.createRevision ?? expectedModRevision
    return { key, value: value ?? previous?.value ?? Buffer.alloc(0), createRevision, modRevision: revision }
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

  /** Of a creation that has failed. */
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
