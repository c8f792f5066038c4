import { derElements, DerError, DerReader, derText, oidText } from './der-reader.ts'

/** What a decision about trust or identity needs of a certificate, and node:crypto does not tell exactly. */
export interface CertificateFields {
  readonly commonName: string
  readonly organizations: readonly string[]
  /** Values of the attribute 1.3.6.1.4.1.57683.2, the UID of a Kubernetes user. */
  readonly uids: readonly string[]
  readonly signatureAlgorithm: string
  readonly isCa: boolean
  /** How many intermediates may follow; undefined: any number. */
  readonly pathLength: number | undefined
  /** undefined: no such extension. */
  readonly mayCertSign: boolean | undefined
  /** Dotted OIDs; undefined: no such extension, all purposes. */
  readonly extendedKeyUsage: readonly string[] | undefined
  /** Critical extensions that nobody here understands: such a certificate is never valid. */
  readonly unknownCritical: readonly string[]
}

const oids = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  uid: '1.3.6.1.4.1.57683.2',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
} as const

export const clientAuth = '1.3.6.1.5.5.7.3.2'
export const anyExtendedKeyUsage = '2.5.29.37.0'

/** Reads a certificate's DER. Throws DerError when it is malformed. */
export function readCertificate(der: Buffer): CertificateFields {
  const [tbs, algorithm] = derElements(new DerReader(der).next(0x30).content)
  if (tbs?.tag !== 0x30 || algorithm?.tag !== 0x30) throw new DerError('not a certificate')
  const reader = new DerReader(tbs.content)
  reader.optional(0xa0) // version
  reader.next(0x02) // serial number
  reader.next(0x30) // signature
  reader.next(0x30) // issuer
  reader.next(0x30) // validity
  const subject = reader.next(0x30)
  reader.next(0x30) // public key
  reader.optional(0x81)
  reader.optional(0x82)
  const extensions = reader.optional(0xa3)
  return {
    ...readSubject(subject.content),
    ...readExtensions(extensions && new DerReader(extensions.content).next(0x30).content),
    signatureAlgorithm: oidText(new DerReader(algorithm.content).next(0x06).content),
  }
}

function readSubject(content: Buffer): Pick<CertificateFields, 'commonName' | 'organizations' | 'uids'> {
  let commonName = ''
  const organizations: string[] = []
  const uids: string[] = []
  for (const set of derElements(content))
    for (const attribute of derElements(set.content)) {
      const reader = new DerReader(attribute.content)
      const type = oidText(reader.next(0x06).content)
      const value = derText(reader.next())
      if (value === undefined) continue
      if (type === oids.commonName) commonName = value
      else if (type === oids.organization) organizations.push(value)
      else if (type === oids.uid) uids.push(value)
    }
  return { commonName, organizations, uids }
}

type Extensions = Omit<CertificateFields, 'commonName' | 'organizations' | 'uids' | 'signatureAlgorithm'>

function readExtensions(content: Buffer | undefined): Extensions {
  let constraints = { isCa: false, pathLength: undefined as number | undefined }
  let mayCertSign: boolean | undefined
  let extendedKeyUsage: string[] | undefined
  const unknownCritical: string[] = []
  const seen = new Set<string>()
  for (const extension of content ? derElements(content) : []) {
    const reader = new DerReader(extension.content)
    const id = oidText(reader.next(0x06).content)
    if (seen.has(id)) throw new DerError(`the extension ${id} stands twice`)
    seen.add(id)
    const critical = reader.optional(0x01)?.content[0] === 0xff
    const value = reader.next(0x04).content
    if (id === oids.basicConstraints) constraints = readBasicConstraints(value)
    else if (id === oids.keyUsage) mayCertSign = readKeyUsage(value)
    else if (id === oids.extendedKeyUsage)
      extendedKeyUsage = derElements(new DerReader(value).next(0x30).content).map((e) => oidText(e.content))
    else if (critical && id !== oids.subjectAltName) unknownCritical.push(id)
  }
  return { ...constraints, mayCertSign, extendedKeyUsage, unknownCritical }
}

function readBasicConstraints(value: Buffer): { isCa: boolean; pathLength: number | undefined } {
  const reader = new DerReader(new DerReader(value).next(0x30).content)
  const isCa = reader.optional(0x01)?.content[0] === 0xff
  const length = reader.optional(0x02)?.content
  return { isCa, pathLength: length && length.reduce((sum, byte) => sum * 256 + byte, 0) }
}

/** Bit 5 of the BIT STRING is keyCertSign. */
function readKeyUsage(value: Buffer): boolean {
  const bits = new DerReader(value).next(0x03).content
  return ((bits[1] ?? 0) & 0x04) !== 0
}
