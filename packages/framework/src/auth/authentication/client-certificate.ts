import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { ServerRequest } from '../../request/header-lines.ts'
import { CertificateError, type TrustRoots, type VerifiedChain } from './trust-roots.ts'
import type { TrustSource } from './trust-source.ts'
import { tlsSocketOf, type PeerCertificates } from './peer-certificates.ts'

interface Verdict<T> {
  readonly roots: TrustRoots
  readonly notAfterMs: number
  readonly value: T
}

/**
 * The client's certificate against one set of authorities. The verdict is worked out once per connection, and anew when the authorities change
 * or the chain expires: an open connection is not trusted longer than a new one would be.
 */
export class ClientCertificate<T> {
  readonly #peers: PeerCertificates
  readonly #trust: TrustSource
  readonly #evaluate: (chain: VerifiedChain) => T
  readonly #verdicts = new WeakMap<TLSSocket, Verdict<T>>()

  constructor(peers: PeerCertificates, trust: TrustSource, evaluate: (chain: VerifiedChain) => T) {
    this.#peers = peers
    this.#trust = trust
    this.#evaluate = evaluate
  }

  /** undefined: no certificate, or no authorities. Throws CertificateError for a certificate that they did not sign. */
  verify(request: ServerRequest): T | undefined {
    const roots = this.#trust.current
    const socket = tlsSocketOf(request)
    if (!roots || !socket) return undefined
    const known = this.#verdicts.get(socket)
    if (known?.roots === roots && Date.now() <= known.notAfterMs) return known.value
    const presented = this.#peers.of(socket)
    if (!presented.length) return undefined
    const chain = verified(roots, presented)
    const verdict = { roots, notAfterMs: chain.notAfterMs, value: this.#evaluate(chain) }
    this.#verdicts.set(socket, verdict)
    return verdict.value
  }
}

/** A malformed certificate is a refused one. */
function verified(roots: TrustRoots, presented: readonly X509Certificate[]): VerifiedChain {
  try {
    return roots.verifyClient(presented)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CertificateError(`verifying certificate SN=${presented[0]?.serialNumber ?? ''} failed: x509: ${reason}`, {
      cause,
    })
  }
}
