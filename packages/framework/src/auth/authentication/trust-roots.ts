import { X509Certificate } from 'node:crypto'
import { anyExtendedKeyUsage, clientAuth, readCertificate, type CertificateFields } from './certificate-fields.ts'

/** Longest chain looked at, the root counted. */
const maxChain = 8
/** Signature checks spent on one verification: crossed intermediates cannot make it dear. */
const maxChecks = 32
const minRsaBits = 1024

/** MD2, MD5 and SHA-1 with RSA, SHA-1 with DSA and ECDSA: forgeable. */
const brokenSignatures: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.2',
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.2.840.10040.4.3',
  '1.2.840.10045.4.1',
])

/** The certificate is not one of ours. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError'
}

/** Certificates with what was read out of them. */
export class Certificate {
  readonly x509: X509Certificate
  readonly fields: CertificateFields
  readonly notBeforeMs: number
  readonly notAfterMs: number

  constructor(x509: X509Certificate) {
    this.x509 = x509
    this.fields = readCertificate(x509.raw)
    this.notBeforeMs = Date.parse(x509.validFrom)
    this.notAfterMs = Date.parse(x509.validTo)
  }
}

export interface VerifiedChain {
  readonly leaf: Certificate
  /** When the first certificate of the chain ceases to be valid. */
  readonly notAfterMs: number
}

/**
 * One set of certificate authorities, and the chains that end in it. Every trust (end users, the front proxy) has a set of its own: one merged
 * set would let any user be the proxy. Source: Go's crypto/x509 Verify with KeyUsages clientAuth.
 */
export class TrustRoots {
  readonly #roots: readonly Certificate[]

  constructor(roots: readonly X509Certificate[]) {
    this.#roots = roots.map((root) => new Certificate(root))
  }

  /** All certificates of a PEM file. Throws when there is none, or one is malformed. */
  static fromPem(pem: string): TrustRoots {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
    if (!blocks.length) throw new CertificateError('the file holds no certificate')
    return new TrustRoots(blocks.map((block) => new X509Certificate(block)))
  }

  /** PEM of each root: the names of acceptable authorities in the TLS handshake. */
  get pem(): readonly string[] {
    return this.#roots.map((root) => root.x509.toString())
  }

  /**
   * Verifies a client's certificate: chain, signatures, dates, purposes. `presented` is what the client sent, its own certificate first.
   * Throws {@link CertificateError}.
   */
  verifyClient(presented: readonly X509Certificate[], nowMs: number = Date.now()): VerifiedChain {
    const [own, ...others] = presented.slice(0, maxChain + 1).map((c) => new Certificate(c))
    if (!own) throw new CertificateError('no certificate was presented')
    checkLeaf(own, nowMs)
    const search = { intermediates: others, nowMs, checks: 0, reason: 'signed by unknown authority' }
    const notAfterMs = this.#climb(own, [own], search)
    if (notAfterMs === undefined) throw new CertificateError(search.reason)
    return { leaf: own, notAfterMs: Math.min(notAfterMs, own.notAfterMs) }
  }

  /** Depth first from the leaf to a root; the earliest end of validity of the chain found. */
  #climb(child: Certificate, chain: readonly Certificate[], search: Search): number | undefined {
    if (chain.length > maxChain) return undefined
    for (const [issuers, isRoot] of [
      [this.#roots, true],
      [search.intermediates, false],
    ] as const)
      for (const issuer of issuers) {
        if (chain.some((c) => c.x509.raw.equals(issuer.x509.raw))) {
          // A root may itself be presented; any other repetition is a circle.
          if (!(isRoot && child === chain[0] && child.x509.raw.equals(issuer.x509.raw))) continue
          return issuer.notAfterMs
        }
        if (!child.x509.checkIssued(issuer.x509)) continue
        const problem = issuerProblem(issuer, isRoot, chain.length - 1, search.nowMs)
        if (problem !== undefined) {
          search.reason = problem
          continue
        }
        if (++search.checks > maxChecks) return undefined
        if (!child.x509.verify(issuer.x509.publicKey)) continue
        const rest = isRoot ? issuer.notAfterMs : this.#climb(issuer, [...chain, issuer], search)
        if (rest !== undefined) return Math.min(rest, issuer.notAfterMs)
      }
    return undefined
  }
}

interface Search {
  readonly intermediates: readonly Certificate[]
  readonly nowMs: number
  checks: number
  reason: string
}

function checkLeaf(leaf: Certificate, nowMs: number): void {
  const problem = commonProblem(leaf, false, nowMs)
  if (problem !== undefined) throw new CertificateError(problem)
}

/** `below` counts the intermediates between this issuer and the leaf. */
function issuerProblem(issuer: Certificate, isRoot: boolean, below: number, nowMs: number): string | undefined {
  const { isCa, pathLength, mayCertSign } = issuer.fields
  if (!isCa || mayCertSign === false) return 'parent certificate cannot sign this kind of certificate'
  if (pathLength !== undefined && below > pathLength) return 'too many intermediates for path length constraint'
  return commonProblem(issuer, isRoot, nowMs)
}

/** The signature of a root upon itself proves nothing, so its algorithm does not matter. */
function commonProblem(certificate: Certificate, isRoot: boolean, nowMs: number): string | undefined {
  const { x509, fields, notBeforeMs, notAfterMs } = certificate
  if (!(nowMs >= notBeforeMs && nowMs <= notAfterMs)) return 'certificate has expired or is not yet valid'
  if (fields.unknownCritical.length) return `unhandled critical extension ${fields.unknownCritical.join(', ')}`
  const purposes = fields.extendedKeyUsage
  if (purposes && !purposes.includes(clientAuth) && !purposes.includes(anyExtendedKeyUsage))
    return 'certificate specifies an incompatible key usage'
  if (!isRoot && brokenSignatures.has(fields.signatureAlgorithm)) return 'insecure signature algorithm'
  const bits = x509.publicKey.asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && bits < minRsaBits) return 'certificate key is too small'
  return undefined
}
