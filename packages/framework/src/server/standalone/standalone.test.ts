import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ApiServer } from '../api-server.ts'
import { standaloneOptions } from '../fixture.test.ts'
import type { ApiServerOptions } from '../options.ts'
import { createCertificate, type CertificateAndKey } from '../serving/certificate-builder.ts'

const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) }
const leaf = (commonName: string, issuer: CertificateAndKey, organizations: string[] = []): CertificateAndKey =>
  createCertificate({ commonName, organizations, issuer, usages: ['clientAuth'], ...validity })

describe('a server that stands alone', () => {
  const directory = mkdtempSync(join(tmpdir(), 'standalone-'))
  const userCa = createCertificate({ commonName: 'users', ca: {}, ...validity })
  const proxyCa = createCertificate({ commonName: 'proxies', ca: {}, ...validity })
  let server: ApiServer
  afterEach(() => server.close())
  after(() => {
    rmSync(directory, { recursive: true })
  })

  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }
  async function start(options: Partial<ApiServerOptions>): Promise<void> {
    server = new ApiServer({
      ...standaloneOptions(directory),
      ...options,
    })
    await server.listen()
  }
  const status = (headers: Record<string, string>, as?: CertificateAndKey): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(
        `${server.url}/api/v1/namespaces`,
        {
          headers,
          rejectUnauthorized: false,
          agent: false,
          ...(as ? { cert: as.certificate, key: as.key } : {}),
        },
        (response) => {
          response.resume()
          resolve(response.statusCode)
        },
      )
        .on('error', reject)
        .end()
    })

  it('knows the tokens of --token-auth-file', async () => {
    await start({ tokenAuthFile: file('tokens', 'good,jane,u1,system:masters\nweak,bob,u2\n') })
    expect(await status({ authorization: 'Bearer good' })).to.equal(200)
    expect(await status({ authorization: 'Bearer weak' })).to.equal(403)
    expect(await status({ authorization: 'Bearer bad' })).to.equal(401)
    expect(await status({})).to.equal(403)
  })

  it('knows users and a front proxy by the authorities of its flags, each for itself', async () => {
    await start({
      clientCaFile: file('users.crt', userCa.certificate),
      requestheaderClientCaFile: file('proxies.crt', proxyCa.certificate),
      requestheaderAllowedNames: ['proxy'],
      requestheaderUsernameHeaders: ['X-User'],
    })
    const headers = { 'x-user': 'root', 'x-remote-group': 'system:masters' }
    expect(await status({}, leaf('jane', userCa, ['system:masters']))).to.equal(200)
    expect(await status(headers, leaf('proxy', proxyCa))).to.equal(200)
    expect(await status(headers, leaf('proxy', userCa))).to.equal(403)
    expect(await status(headers, leaf('other', proxyCa))).to.equal(401)
    expect(await status({}, leaf('jane', proxyCa, ['system:masters']))).to.equal(401)
  })

  it('takes up other authorities while it serves', async () => {
    const path = file('rotated.crt', userCa.certificate)
    await start({ clientCaFile: path })
    const jane = leaf('jane', proxyCa, ['system:masters'])
    expect(await status({}, jane)).to.equal(401)
    writeFileSync(path, `${userCa.certificate}\n${proxyCa.certificate}`)
    const deadline = Date.now() + 5000
    while ((await status({}, jane)) !== 200) if (Date.now() > deadline) throw new Error('not taken up in 5 s')
    expect(await status({}, leaf('bob', userCa, ['system:masters']))).to.equal(200)
  })

  it('says which file is missing', async () => {
    let failure: unknown
    await start({ clientCaFile: join(directory, 'missing') }).catch((error: unknown) => (failure = error))
    expect(String(failure)).to.include('missing')
  })
})
