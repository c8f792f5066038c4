import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import {
  createCertificate,
  type CertificateAndKey,
  type CertificateRequest,
} from '../../server/serving/certificate-builder.ts'
import { CertificateError, TrustRoots } from './trust-roots.ts'

const hour = 60 * 60 * 1000
const now = Date.now()

const make = (request: Partial<CertificateRequest> & { commonName: string }): CertificateAndKey =>
  createCertificate({ notBefore: new Date(now - hour), notAfter: new Date(now + hour), ...request })

const ca = make({ commonName: 'ca', ca: {} })
const otherCa = make({ commonName: 'ca', ca: {} })
const client = (issuer: CertificateAndKey, more: Partial<CertificateRequest> = {}): CertificateAndKey =>
  make({ commonName: 'jane', usages: ['clientAuth'], issuer, ...more })

const presented = (...pairs: CertificateAndKey[]): X509Certificate[] =>
  pairs.map(({ certificate }) => new X509Certificate(certificate))

describe('TrustRoots.verifyClient', () => {
  const roots = TrustRoots.fromPem(ca.certificate)
  const refuses = (why: string, certificates: readonly X509Certificate[], at = now): void => {
    expect(() => roots.verifyClient(certificates, at)).to.throw(CertificateError, why)
  }

  it('accepts what one of its authorities signed, until the first of the chain ends', () => {
    const soon = new Date(Math.floor((now + 60_000) / 1000) * 1000)
    const chain = roots.verifyClient(presented(client(ca, { notAfter: soon })))
    expect(chain.leaf.fields.commonName).to.equal('jane')
    expect(chain.notAfterMs).to.equal(soon.getTime())
  })
  it('refuses another authority, also one of the same name', () => {
    refuses('unknown authority', presented(client(otherCa)))
    refuses('unknown authority', presented(client(otherCa), otherCa))
  })
  it('refuses what has expired or is not valid yet, and the same of the authority', () => {
    refuses('expired', presented(client(ca, { notAfter: new Date(now - 1000) })))
    refuses('not yet valid', presented(client(ca, { notBefore: new Date(now + 60_000) })))
    refuses('expired', presented(client(ca, { notAfter: new Date(now + 9 * hour) })), now + 2 * hour)
  })
  it('refuses a certificate of a server, and one that signed itself', () => {
    refuses('incompatible key usage', presented(client(ca, { usages: ['serverAuth'] })))
    refuses('unknown authority', presented(make({ commonName: 'jane', usages: ['clientAuth'] })))
  })
  it('goes through intermediates that the client presents, in any order', () => {
    const upper = make({ commonName: 'upper', ca: {}, issuer: ca })
    const lower = make({ commonName: 'lower', ca: {}, issuer: upper })
    const leaf = client(lower)
    expect(roots.verifyClient(presented(leaf, upper, lower)).leaf.fields.commonName).to.equal('jane')
    refuses('unknown authority', presented(leaf, lower))
  })
  it('refuses a chain through a certificate that is no authority', () => {
    const user = client(ca, { commonName: 'mallory' })
    refuses('unknown authority', presented(client(user, { commonName: 'front-proxy-client' }), user))
  })
  it('refuses more intermediates than the path length allows', () => {
    const bounded = make({ commonName: 'bounded', ca: { pathLength: 0 }, issuer: ca })
    const below = make({ commonName: 'below', ca: {}, issuer: bounded })
    expect(() => roots.verifyClient(presented(client(bounded), bounded))).to.not.throw()
    refuses('too many intermediates', presented(client(below), below, bounded))
  })
  it('ends with crossed intermediates', () => {
    const crowd = Array.from({ length: 7 }, () => make({ commonName: 'crossed', ca: {}, issuer: otherCa }))
    refuses('', presented(client(make({ commonName: 'crossed', ca: {}, issuer: otherCa })), ...crowd))
  })
})

describe('TrustRoots.fromPem', () => {
  it('reads all certificates of a bundle and passes over what is none', () => {
    const roots = TrustRoots.fromPem(`# comment\n${ca.certificate}\n${ca.key}\n${otherCa.certificate}`)
    expect(roots.pem).to.have.length(2)
    for (const issuer of [ca, otherCa]) expect(() => roots.verifyClient(presented(client(issuer)))).to.not.throw()
  })
  it('throws when there is none, or one is broken', () => {
    expect(() => TrustRoots.fromPem('')).to.throw(CertificateError, 'no certificate')
    expect(() => TrustRoots.fromPem(ca.certificate.replace(/MII../, 'AAAAA'))).to.throw()
  })
})
