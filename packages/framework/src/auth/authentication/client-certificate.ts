import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { ServerRequest } from '../../request/header-lines.ts'
import { CertificateError, type TrustRoots, type VerifiedChain } from './trust-roots.ts'
import type { TrustSource } from './trust-source.ts'
import { tlsSocketOf, type PeerCertificates } from './peer-certificates.ts'

interface Verdict<T> {
  readonly roots: TrustRoots
  readonly notAfterMs: number
  readonly outcome: { readonly value: T } | { readonly refusal: unknown }
}

/** A refusal is looked at again: a certificate may not have been valid yet. */
const refusalMs = 10_000

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
    if (known?.roots === roots && Date.now() <= known.notAfterMs) return told(known)
    const presented = this.#peers.of(socket)
    if (!presented.length) return undefined
    const verdict = this.#judge(roots, presented)
    this.#verdicts.set(socket, verdict)
    return told(verdict)
  }

  /** Refusals are remembered too: a stranger does not make us check signatures with every request. */
  #judge(roots: TrustRoots, presented: readonly X509Certificate[]): Verdict<T> {
    try {
      const chain = verified(roots, presented)
      return { roots, notAfterMs: chain.notAfterMs, outcome: { value: this.#evaluate(chain) } }
    } catch (refusal) {
      return { roots, notAfterMs: Date.now() + refusalMs, outcome: { refusal } }
    }
  }
}

function told<T>({ outcome }: Verdict<T>): T {
  if ('refusal' in outcome) throw outcome.refusal
  return outcome.value
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
