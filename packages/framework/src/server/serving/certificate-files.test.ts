import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { TrustRoots } from '../../auth/authentication/trust-roots.ts'
import { ownCertificates } from './certificate-files.ts'

describe('ownCertificates', () => {
  const directory = mkdtempSync(join(tmpdir(), 'certificates-'))
  after(() => {
    rmSync(directory, { recursive: true, force: true })
  })

  it('makes an authority, a serving certificate for every name and an administrator, for nobody else to read', () => {
    const { ca, serving, admin } = ownCertificates(directory, ['localhost', '127.0.0.1', '::1'])
    const certificate = new X509Certificate(serving.certificate)
    expect(certificate.verify(new X509Certificate(ca.certificate).publicKey)).to.equal(true)
    expect(certificate.checkHost('localhost')).to.equal('localhost')
    expect(certificate.checkIP('127.0.0.1')).to.equal('127.0.0.1')
    const { leaf } = TrustRoots.fromPem(ca.certificate).verifyClient([new X509Certificate(admin.certificate)])
    expect(leaf.fields.organizations).to.deep.equal(['system:masters'])
    for (const file of ['ca.key', 'apiserver.key', 'admin.key', 'admin.crt'])
      expect(statSync(join(directory, file)).mode & 0o777).to.equal(0o600)
  })
  it('keeps them as long as they are good', () => {
    const first = ownCertificates(directory, ['localhost'])
    expect(ownCertificates(directory, ['localhost'])).to.deep.equal(first)
  })
  it('makes the serving certificate anew for a further name, and everything for another authority', () => {
    const first = ownCertificates(directory, ['localhost'])
    const named = ownCertificates(directory, ['localhost', 'example.com'])
    expect(named.serving.certificate).to.not.equal(first.serving.certificate)
    expect(named.admin).to.deep.equal(first.admin)
    unlinkSync(join(directory, 'ca.crt'))
    const other = ownCertificates(directory, ['localhost'])
    expect(other.admin.certificate).to.not.equal(first.admin.certificate)
  })
})
