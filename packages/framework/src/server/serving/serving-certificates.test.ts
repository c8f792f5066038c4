import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type ConnectionOptions } from 'node:tls'
import { expect } from 'chai'
import { createCertificate, type CertificateAndKey } from './certificate-builder.ts'
import { cipherList, tlsVersion } from './cipher-suites.ts'
import { SecureServer } from './secure-server.ts'
import { ServingCertificates, type CertificateFiles, type ServingCertificatesOptions } from './serving-certificates.ts'

const make = (commonName: string, names: readonly string[]): CertificateAndKey =>
  createCertificate({
    commonName,
    names,
    usages: ['serverAuth'],
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
  })

describe('ServingCertificates', () => {
  const directory = mkdtempSync(join(tmpdir(), 'serving-'))
  const errors: unknown[] = []
  let server: SecureServer | undefined
  let certificates: ServingCertificates | undefined
  afterEach(async () => {
    await server?.stopAccepting()
    await server?.close()
    certificates?.close()
    errors.length = 0
  })
  after(() => {
    rmSync(directory, { recursive: true })
  })

  const save = (name: string, pair: CertificateAndKey, names?: readonly string[]): CertificateFiles => {
    const [certFile, keyFile] = [join(directory, `${name}.crt`), join(directory, `${name}.key`)]
    writeFileSync(certFile, pair.certificate)
    writeFileSync(keyFile, pair.key)
    return { certFile, keyFile, ...(names ? { names } : {}) }
  }

  async function serve(options: Omit<ServingCertificatesOptions, 'onError'>): Promise<void> {
    certificates = new ServingCertificates({ ...options, onError: (error) => errors.push(error) })
    server = new SecureServer({ certificates }, (_request, response) => response.end())
    await server.listen(0, '127.0.0.1')
  }

  /** The common name of the certificate that a client gets to see. */
  async function seen(servername: string | undefined, more: ConnectionOptions = {}): Promise<string> {
    const socket = connect({
      port: server?.port ?? 0,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ...(servername === undefined ? {} : { servername }),
      ...more,
    })
    try {
      await once(socket, 'secureConnect')
      return socket.getPeerX509Certificate()?.subject.replace('CN=', '') ?? ''
    } finally {
      socket.destroy()
    }
  }

  it('shows to each host its own: written names before those of certificates, exact ones before wildcards', async () => {
    await serve({
      main: make('main', ['main.io']),
      sni: [
        save('wild', make('wild', ['*.a.io', 'b.io'])),
        save('exact', make('exact', ['x.a.io'])),
        save('named', make('named', ['c.io']), ['b.io', '*.d.io']),
      ],
    })
    const shown: Record<string, string> = {}
    for (const host of ['x.a.io', 'y.a.io', 'Y.A.io', 'b.io', 'q.d.io', 'q.r.d.io', 'c.io', 'main.io', 'a.io'])
      shown[host] = await seen(host)
    expect(shown).to.deep.equal({
      'x.a.io': 'exact',
      'y.a.io': 'wild',
      'Y.A.io': 'wild',
      'b.io': 'named',
      'q.d.io': 'named',
      'q.r.d.io': 'main',
      'c.io': 'main',
      'main.io': 'main',
      'a.io': 'main',
    })
    expect(await seen(undefined)).to.equal('main')
  })

  it('takes new files up while it serves, and keeps what it has when they do not fit', async () => {
    const files = save('rotated', make('first', ['localhost']))
    const sni = save('sni', make('sni-first', ['sni.io']))
    await serve({ main: files, sni: [sni] })
    expect(await seen('localhost')).to.equal('first')
    const second = make('second', ['localhost'])
    writeFileSync(files.certFile, second.certificate)
    await until(() => errors.length > 0)
    expect(await seen('localhost')).to.equal('first')
    writeFileSync(files.keyFile, second.key)
    await until(async () => (await seen('localhost')) === 'second')
    save('sni', make('sni-second', ['sni.io', 'new.io']))
    await until(async () => (await seen('new.io')) === 'sni-second')
    expect(await seen('sni.io')).to.equal('sni-second')
  })

  it('keeps to versions and cipher suites', async () => {
    await serve({
      main: make('main', []),
      minVersion: tlsVersion('VersionTLS12'),
      ciphers: cipherList(['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384']),
    })
    const old: ConnectionOptions = { maxVersion: 'TLSv1.2' }
    expect(await seen('x', { ...old, ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' })).to.equal('main')
    expect(await refused(seen('x', { ...old, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }))).to.equal(true)
    expect(await seen('x', { minVersion: 'TLSv1.3' })).to.equal('main')
    await server?.stopAccepting()
    certificates?.close()
    await serve({ main: make('main', []), minVersion: tlsVersion('VersionTLS13') })
    expect(await refused(seen('x', old))).to.equal(true)
  })

  it('throws at once for a key of another certificate', () => {
    const files = save('mixed', { certificate: make('a', []).certificate, key: make('b', []).key })
    expect(() => new ServingCertificates({ main: files, onError: () => undefined })).to.throw(/key/i)
  })

  it('names the authorities to clients, also when they change', async () => {
    await serve({ main: make('main', []) })
    const ca = createCertificate({
      commonName: 'ca',
      ca: {},
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 60_000),
    })
    certificates?.setAuthorities([ca.certificate])
    expect(certificates?.contextOptions.ca).to.deep.equal([ca.certificate])
    expect(new X509Certificate(ca.certificate).subject).to.equal('CN=ca')
    expect(await seen('x')).to.equal('main')
  })
})

describe('cipherList', () => {
  it('knows Go’s names alone, and always has those of TLS 1.3', () => {
    expect(cipherList(['TLS_RSA_WITH_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'])).to.equal(
      'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:AES128-GCM-SHA256',
    )
    expect(() => cipherList(['AES128-SHA'])).to.throw(RangeError, 'AES128-SHA')
    expect(() => tlsVersion('1.2')).to.throw(RangeError, '1.2')
  })
})

async function refused(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => false,
    () => true,
  )
}

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error('it did not come to pass in 5 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
