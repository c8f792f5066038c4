import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto'
import { isIP } from 'node:net'
import { DerReader } from '../../auth/authentication/der-reader.ts'
import { der } from './der.ts'

/** What a new certificate says. */
export interface CertificateRequest {
  readonly commonName: string
  readonly organizations?: readonly string[]
  readonly notBefore: Date
  readonly notAfter: Date
  /** A certificate authority; `pathLength` bounds the intermediates below it. */
  readonly ca?: { readonly pathLength?: number }
  readonly usages?: readonly ('serverAuth' | 'clientAuth')[]
  /** DNS names and IP addresses. */
  readonly names?: readonly string[]
  /** Default: it signs itself. */
  readonly issuer?: CertificateAndKey
}

/** PEM. */
export interface CertificateAndKey {
  readonly certificate: string
  readonly key: string
}

const oids = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const

/** Makes an ECDSA P-256 key and a certificate for it. */
export function createCertificate(request: CertificateRequest): CertificateAndKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const subject = nameOf(request)
  const issuer = request.issuer && authorityOf(request.issuer)
  const algorithm = der.sequence(der.oid(oids.ecdsaWithSha256))
  const tbs = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(serialNumber()),
    algorithm,
    issuer?.subject ?? subject,
    der.sequence(der.time(request.notBefore), der.time(request.notAfter)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(3, der.sequence(...extensionsOf(request, publicKey, issuer?.publicKey ?? publicKey))),
  )
  const signature = sign('sha256', tbs, issuer?.key ?? privateKey)
  return {
    certificate: pem('CERTIFICATE', der.sequence(tbs, algorithm, der.bitString(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** Positive, and random enough that nobody foresees it. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes
}

function nameOf({ commonName, organizations = [] }: CertificateRequest): Buffer {
  const attribute = (oid: string, value: string): Buffer => der.set(der.sequence(der.oid(oid), der.utf8String(value)))
  return der.sequence(
    ...organizations.map((organization) => attribute(oids.organization, organization)),
    attribute(oids.commonName, commonName),
  )
}

/** The issuer's name goes into the new certificate byte for byte. */
function authorityOf({ certificate, key }: CertificateAndKey): {
  subject: Buffer
  key: KeyObject
  publicKey: KeyObject
} {
  const x509 = new X509Certificate(certificate)
  return { subject: subjectOf(x509.raw), key: createPrivateKey(key), publicKey: x509.publicKey }
}

function subjectOf(certificate: Buffer): Buffer {
  const tbs = new DerReader(new DerReader(new DerReader(certificate).next(0x30).content).next(0x30).content)
  tbs.optional(0xa0)
  for (let skipped = 0; skipped < 4; skipped++) tbs.next() // serial number, signature, issuer, validity
  return tbs.next(0x30).encoded
}

function extensionsOf(request: CertificateRequest, publicKey: KeyObject, issuerKey: KeyObject): Buffer[] {
  const { ca, usages = [], names = [] } = request
  const extension = (oid: string, value: Buffer, critical = false): Buffer =>
    der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value))
  const constraints = ca
    ? [der.boolean(true), ...(ca.pathLength === undefined ? [] : [der.integer(ca.pathLength)])]
    : []
  return [
    extension(oids.basicConstraints, der.sequence(...constraints), true),
    // keyCertSign and cRLSign; else digitalSignature.
    extension(oids.keyUsage, ca ? der.bitString(Buffer.from([0x06]), 1) : der.bitString(Buffer.from([0x80]), 7), true),
    ...(usages.length ? [extension(oids.extendedKeyUsage, der.sequence(...usages.map((u) => der.oid(oids[u]))))] : []),
    extension(oids.subjectKeyIdentifier, der.octetString(keyIdentifier(publicKey))),
    extension(oids.authorityKeyIdentifier, der.sequence(der.implicit(0, keyIdentifier(issuerKey)))),
    ...(names.length ? [extension(oids.subjectAltName, der.sequence(...names.map(generalName)))] : []),
  ]
}

function generalName(name: string): Buffer {
  return isIP(name) ? der.implicit(7, addressBytes(name)) : der.implicit(2, Buffer.from(name, 'latin1'))
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = embeddedIpv4(address).split('::')
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16))
  const first = words(head)
  const last = tail === undefined ? [] : words(tail)
  const all = [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last]
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 0xff]))
}

/** `::ffff:1.2.3.4` with its end in hexadecimal; a zone does not belong to the address. */
function embeddedIpv4(address: string): string {
  return address
    .replace(/%.*$/, '')
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a: string, b: string, c: string, d: string) =>
      [(Number(a) << 8) | Number(b), (Number(c) << 8) | Number(d)].map((word) => word.toString(16)).join(':'),
    )
}

/** SHA-1 of the key's bits (RFC 5280 §4.2.1.2): a name for the key, nothing that security rests on. */
function keyIdentifier(key: KeyObject): Buffer {
  const spki = key.export({ type: 'spki', format: 'der' })
  // The BIT STRING is the last element: an uncompressed P-256 point.
  return createHash('sha1')
    .update(spki.subarray(spki.length - 65))
    .digest()
}

const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`
