import type { Cluster } from './cluster.ts'
import { methods } from './endpoint.ts'
import { encodeLeaseGrant } from './messages.ts'

/** A lease lives this much longer than asked for, so that keys written soon after can share it. */
const windowShare = 0.05
const maxWindowSeconds = 60
const maxKeys = 1000

interface Lease {
  readonly id: bigint
  /** Milliseconds of the monotonic clock. */
  readonly expires: number
  keys: number
}

/**
 * Leases for keys that are to vanish by themselves; keys written one after the other share one. A lease is neither kept
 * alive nor revoked. Source: etcd3/lease_manager.go; specification storage-and-watch §6.1.
 */
export class Leases {
  readonly #cluster: Cluster
  readonly #timeoutSeconds: number
  #last: Lease | undefined
  #granting: Promise<unknown> = Promise.resolve()

  constructor(cluster: Cluster, timeoutSeconds: number) {
    this.#cluster = cluster
    this.#timeoutSeconds = timeoutSeconds
  }

  /** The lease for a key that is to live `ttlSeconds`, or up to 5 % and 60 s longer. */
  lease(ttlSeconds: number): Promise<bigint> {
    const windowSeconds = Math.min(maxWindowSeconds, Math.floor(ttlSeconds * windowShare))
    if (windowSeconds === 0) return this.#grant(ttlSeconds).then(({ id }) => id)
    // One after the other: the second may use what was granted for the first
    const lease = this.#granting.then(() => this.#shared(ttlSeconds, windowSeconds))
    this.#granting = lease.catch(() => undefined)
    return lease
  }

  /** The last lease is no more. */
  forget(): void {
    this.#last = undefined
  }

  async #shared(ttlSeconds: number, windowSeconds: number): Promise<bigint> {
    const due = performance.now() + ttlSeconds * 1000
    const last = this.#last
    if (last && last.keys < maxKeys && due <= last.expires && last.expires <= due + windowSeconds * 1000) {
      last.keys++
      return last.id
    }
    this.#last = await this.#grant(ttlSeconds + windowSeconds)
    return this.#last.id
  }

  async #grant(ttlSeconds: number): Promise<Lease> {
    // Before the call: the lease expires a little later than is thought here
    const now = performance.now()
    const granted = await this.#cluster.read(methods.leaseGrant, encodeLeaseGrant(Math.ceil(ttlSeconds)), {
      timeoutSeconds: this.#timeoutSeconds,
    })
    return { id: granted.id, expires: now + granted.ttlSeconds * 1000, keys: 1 }
  }
}
