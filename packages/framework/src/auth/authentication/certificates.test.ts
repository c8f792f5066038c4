import { expect } from 'chai'
import { createCertificate, type CertificateAndKey } from '../../server/serving/certificate-builder.ts'
import { AskingServer } from './asking-server.test.ts'
import { AuthenticationChain } from './chain.ts'
import { PeerCertificates } from './peer-certificates.ts'
import { RequestHeaderAuthenticator, standardRequestHeaders, type RequestHeaderConfig } from './request-header.ts'
import { TrustRoots } from './trust-roots.ts'
import { X509Authenticator } from './x509.ts'

const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) }
const authority = (): CertificateAndKey => createCertificate({ commonName: 'ca', ca: {}, ...validity })
const leaf = (commonName: string, issuer: CertificateAndKey, organizations: string[] = []): CertificateAndKey =>
  createCertificate({ commonName, organizations, issuer, usages: ['clientAuth'], ...validity })

const userCa = authority()
const proxyCa = authority()
const jane = leaf('jane', userCa, ['devs', 'system:masters'])
const proxy = leaf('front-proxy-client', proxyCa)

interface Setup {
  readonly config?: Partial<RequestHeaderConfig>
  readonly users?: { current: TrustRoots | undefined }
  readonly proxies?: { current: TrustRoots | undefined }
}

describe('certificates', () => {
  const open: AskingServer[] = []
  afterEach(() => {
    for (const server of open.splice(0)) server.close()
  })

  /** Like a real server: one list of authorities in the handshake, which must decide nothing. */
  async function start({ config, users, proxies }: Setup = {}): Promise<AskingServer> {
    const peers = new PeerCertificates()
    const headers = { ...standardRequestHeaders, uidHeaders: [], allowedNames: ['front-proxy-client'], ...config }
    const chain = new AuthenticationChain(
      [
        new RequestHeaderAuthenticator(
          peers,
          proxies ?? { current: TrustRoots.fromPem(proxyCa.certificate) },
          () => headers,
        ),
        new X509Authenticator(peers, users ?? { current: TrustRoots.fromPem(userCa.certificate) }),
      ],
      { anonymous: true },
    )
    const server = await AskingServer.start(chain, [userCa.certificate, proxyCa.certificate])
    open.push(server)
    return server
  }

  describe('X509Authenticator', () => {
    it('reads user, groups and the credential id', async () => {
      const { user } = await (await start()).ask(jane)
      expect(user?.name).to.equal('jane')
      expect(user?.groups).to.deep.equal(['devs', 'system:masters', 'system:authenticated'])
      expect(user?.extra['authentication.kubernetes.io/credential-id']?.[0]).to.match(/^X509SHA256=[0-9a-f]{64}$/)
    })
    it('refuses a certificate of nobody known, who is then not anonymous either', async () => {
      const { error } = await (await start()).ask(leaf('jane', authority()))
      expect(error).to.include('signed by unknown authority')
    })
    it('has no opinion without authorities, and without a certificate', async () => {
      const server = await start({ users: { current: undefined }, proxies: { current: undefined } })
      expect((await server.ask(jane)).user?.name).to.equal('system:anonymous')
      expect((await server.ask(undefined)).user?.groups).to.deep.equal(['system:unauthenticated'])
    })
    it('has no opinion of a certificate without a name', async () => {
      const nameless = createCertificate({
        commonName: '',
        organizations: ['system:masters'],
        issuer: userCa,
        ...validity,
      })
      const { user, error } = await (await start({ proxies: { current: undefined } })).ask(nameless)
      expect([user?.name, error]).to.deep.equal(['system:anonymous', undefined])
    })
    it('judges an open connection anew when the authorities change', async () => {
      const users = { current: TrustRoots.fromPem(userCa.certificate) as TrustRoots | undefined }
      const server = await start({ users, proxies: { current: undefined } })
      const answers = await server.askOverHttp2(jane, {}, {})
      expect(answers.map(({ user }) => user?.name)).to.deep.equal(['jane', 'jane'])
      users.current = TrustRoots.fromPem(authority().certificate)
      const [after] = await server.askOverHttp2(jane, {})
      expect(after?.error).to.include('unknown authority')
    })
  })

  describe('RequestHeaderAuthenticator', () => {
    it('believes the headers beside the certificate of the proxy', async () => {
      const { user } = await (
        await start()
      ).ask(proxy, {
        'X-Remote-User': 'bob',
        'X-Remote-Group': ['g1', 'g2', 'g,3'],
        'X-Remote-Extra-Scopes': ['a', 'b'],
        'X-Remote-Extra-Example.com%2fKey': 'v',
        'X-Remote-Extra-Bad%2': 'raw',
        'X-Remote-Uid': '42',
      })
      expect(user).to.deep.equal({
        name: 'bob',
        uid: '',
        groups: ['g1', 'g2', 'g,3', 'system:authenticated'],
        extra: { scopes: ['a', 'b'], 'example.com/key': ['v'], 'bad%2': ['raw'] },
      })
    })
    it('reads repeated headers one by one over HTTP/2 too, and the uid where it is configured', async () => {
      const server = await start({ config: { uidHeaders: ['X-Remote-Uid'] } })
      const [answer] = await server.askOverHttp2(proxy, {
        'x-remote-user': 'bob',
        'x-remote-group': ['g1', 'g,2'],
        'x-remote-uid': '42',
      })
      expect(answer?.user?.groups).to.deep.equal(['g1', 'g,2', 'system:authenticated'])
      expect(answer?.user?.uid).to.equal('42')
    })
    it("does not believe a user whose certificate has the proxy's name", async () => {
      const forged = leaf('front-proxy-client', userCa)
      const { user } = await (
        await start()
      ).ask(forged, { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' })
      expect(user?.name).to.equal('front-proxy-client')
      expect(user?.groups).to.deep.equal(['system:authenticated'])
    })
    it('does not believe a user, nor who has no certificate', async () => {
      const server = await start()
      const headers = { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' }
      expect((await server.ask(jane, headers)).user?.name).to.equal('jane')
      expect((await server.ask(undefined, headers)).user?.name).to.equal('system:anonymous')
    })
    it('wants an allowed name, unless any is allowed', async () => {
      const other = leaf('kube-something', proxyCa)
      const headers = { 'x-remote-user': 'bob' }
      expect((await (await start()).ask(other, headers)).error).to.include('not in the allowed list')
      const lenient = await start({ config: { allowedNames: [] } })
      expect((await lenient.ask(other, headers)).user?.name).to.equal('bob')
    })
    it('refuses two users in one request', async () => {
      const { error } = await (await start()).ask(proxy, { 'x-remote-user': ['bob', 'root'] })
      expect(error).to.include('more than once')
    })
    it('refuses the proxy when it names nobody', async () => {
      const server = await start()
      const nobody: Record<string, string>[] = [{}, { 'x-remote-user': '' }, { 'x-remote-group': 'system:masters' }]
      for (const headers of nobody) expect((await server.ask(proxy, headers)).error).to.include('unknown authority')
    })
    it('tells users of one connection apart', async () => {
      const answers = await (
        await start()
      ).askOverHttp2(proxy, { 'x-remote-user': 'bob' }, { 'x-remote-user': 'carol' }, {})
      expect(answers.map(({ user }) => user?.name)).to.deep.equal(['bob', 'carol', undefined])
    })
    it('never takes an inherited member for a key', async () => {
      const { user } = await (
        await start()
      ).ask(proxy, { 'x-remote-user': 'bob', 'x-remote-extra-__proto__': 'x', 'x-remote-extra-constructor': 'y' })
      expect(Object.entries(user?.extra ?? {})).to.deep.include(['constructor', ['y']])
      expect(({} as Record<string, unknown>)['x']).to.equal(undefined)
    })
  })
})
