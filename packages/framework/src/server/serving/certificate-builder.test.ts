import { spawnSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readCertificate } from '../../auth/authentication/certificate-fields.ts'
import { createCertificate, type CertificateAndKey } from './certificate-builder.ts'
import { der } from './der.ts'

const openssl = (...args: string[]) => spawnSync('openssl', args, { encoding: 'utf8' })
const hasOpenssl = openssl('version').status === 0
const day = 86_400_000
const validity = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 365 * day) }

describe('createCertificate', () => {
  const ca = createCertificate({ commonName: 'test-ca', ca: { pathLength: 1 }, ...validity })
  const names = ['localhost', 'a.b.svc', '127.0.0.1', '::1', 'fe80::1:2', '::ffff:10.1.2.3', '1:2:3:4:5:6:7:8']
  const serving = createCertificate({ commonName: 'server', usages: ['serverAuth'], names, issuer: ca, ...validity })
  const client = createCertificate({
    commonName: 'größe\n"',
    organizations: ['a', 'b,c'],
    usages: ['clientAuth'],
    issuer: ca,
    ...validity,
  })

  it('makes what node:crypto verifies', () => {
    const issuer = new X509Certificate(ca.certificate)
    for (const { certificate, key } of [serving, client]) {
      const x509 = new X509Certificate(certificate)
      expect(x509.checkIssued(issuer)).to.equal(true)
      expect(x509.verify(issuer.publicKey)).to.equal(true)
      expect(x509.checkPrivateKey(createPrivateKey(key))).to.equal(true)
    }
  })

  it('names every host', () => {
    const x509 = new X509Certificate(serving.certificate)
    expect(x509.checkHost('localhost')).to.equal('localhost')
    expect(x509.checkHost('a.b.svc')).to.equal('a.b.svc')
    for (const address of names.filter((n) => /^[\d:]|^fe80/.test(n)))
      expect(x509.checkIP(address), address).to.not.equal(undefined)
    expect(x509.checkIP('10.9.9.9')).to.equal(undefined)
  })

  it('writes what our reader reads', () => {
    expect(readCertificate(new X509Certificate(client.certificate).raw)).to.deep.equal({
      commonName: 'größe\n"',
      organizations: ['a', 'b,c'],
      uids: [],
      signatureAlgorithm: '1.2.840.10045.4.3.2',
      isCa: false,
      pathLength: undefined,
      mayCertSign: false,
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'],
      unknownCritical: [],
    })
    expect(readCertificate(new X509Certificate(ca.certificate).raw)).to.include({
      isCa: true,
      pathLength: 1,
      mayCertSign: true,
    })
  })

  it('writes dates beyond 2050', () => {
    const far = createCertificate({
      commonName: 'x',
      notBefore: new Date('2049-12-31T23:59:59Z'),
      notAfter: new Date('2051-01-02T03:04:05Z'),
    })
    const { validFrom, validTo } = new X509Certificate(far.certificate)
    expect([validFrom, validTo]).to.deep.equal(['Dec 31 23:59:59 2049 GMT', 'Jan  2 03:04:05 2051 GMT'])
  })

  if (!hasOpenssl) console.log('createCertificate: openssl is not here, its judgement is left out')
  const judged = hasOpenssl ? it : () => undefined
  judged('makes what openssl accepts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'certificates-'))
    const file = (name: string, { certificate }: CertificateAndKey): string => {
      writeFileSync(join(folder, name), certificate)
      return join(folder, name)
    }
    const root = file('ca.crt', ca)
    for (const [purpose, certificate] of [
      ['sslserver', serving],
      ['sslclient', client],
    ] as const) {
      const run = openssl('verify', '-x509_strict', '-purpose', purpose, '-CAfile', root, file('leaf.crt', certificate))
      expect(run.status, run.stdout + run.stderr).to.equal(0)
    }
    const wrong = openssl('verify', '-purpose', 'sslclient', '-CAfile', root, file('leaf.crt', serving))
    expect(wrong.status).to.not.equal(0)
    const text = openssl('x509', '-noout', '-text', '-in', file('leaf.crt', serving)).stdout
    expect(text).to.contain('DNS:localhost, DNS:a.b.svc, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
    rmSync(folder, { recursive: true })
  })
})

describe('der', () => {
  for (const [name, bytes, hex] of [
    ['integer 0', der.integer(0), '020100'],
    ['integer 128', der.integer(128), '02020080'],
    ['integer 65537', der.integer(65537), '0203010001'],
    ['oid', der.oid('2.5.29.17'), '0603551d11'],
    ['oid of large arcs', der.oid('1.3.6.1.4.1.57683.2'), '06092b060104018 3c25302'.replace(' ', '')],
    ['long element', der.octetString(Buffer.alloc(200)).subarray(0, 3), '0481c8'],
    ['longer element', der.octetString(Buffer.alloc(300)).subarray(0, 4), '0482012c'],
  ] as const)
    it(`writes ${name}`, () => expect(bytes.toString('hex')).to.equal(hex))
})
