import type { IncomingMessage } from 'node:http'
import { expect } from 'chai'
import type { UserInfo } from '../../request/context.ts'
import type { ServerRequest } from '../../request/header-lines.ts'
import type { AuthenticationResponse, Authenticator, TokenAuthenticator } from './authenticator.ts'
import { BearerTokenAuthenticator } from './bearer-token.ts'
import { CachedTokens } from './cached-tokens.ts'
import { AuthenticationChain } from './chain.ts'
import { StaticTokens } from './static-tokens.ts'
import { UnionAuthenticator } from './union.ts'
import { WebSocketTokenAuthenticator } from './websocket-token.ts'

function requestWith(...lines: readonly (readonly [string, string])[]): ServerRequest {
  const headers: Record<string, string> = {}
  for (const [name, value] of lines) headers[name.toLowerCase()] = value
  return { rawHeaders: lines.flat(), headers } as unknown as IncomingMessage
}
const user = (name: string, groups: string[] = []): UserInfo => ({ name, uid: '', groups, extra: {} })

const tokens = new StaticTokens()
tokens.add('secret', user('jane'))

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    return String(error)
  }
  return 'none'
}

describe('BearerTokenAuthenticator', () => {
  const bearer = new BearerTokenAuthenticator(tokens)
  const ask = async (value: string): Promise<string | undefined> =>
    (await bearer.authenticate(requestWith(['Authorization', value])))?.user.name

  it('knows a token, whatever the case of the scheme', async () => {
    expect(await ask('Bearer secret')).to.equal('jane')
    expect(await ask('bEARER secret')).to.equal('jane')
  })
  it('has no opinion of other schemes and of no token', async () => {
    for (const value of ['Basic abc', 'Bearer', 'Bearer ', 'Bearer  secret', ''])
      expect(await ask(value), value).to.equal(undefined)
  })
  it('refuses a token that nobody knows', async () => {
    expect(await failure(ask('Bearer nonsense'))).to.include('invalid bearer token')
  })
})

describe('WebSocketTokenAuthenticator', () => {
  const socket = new WebSocketTokenAuthenticator(tokens)
  const encoded = (token: string): string =>
    `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`
  const upgrade = (protocols: string): ServerRequest =>
    requestWith(['Upgrade', 'websocket'], ['Connection', 'keep-alive, Upgrade'], ['Sec-WebSocket-Protocol', protocols])

  it('takes the token off the list of protocols', async () => {
    const request = upgrade(`${encoded('secret')}, v4.channel.k8s.io`)
    expect((await socket.authenticate(request))?.user.name).to.equal('jane')
    expect(request.headers['sec-websocket-protocol']).to.equal('v4.channel.k8s.io')
    expect(request.rawHeaders.join(' ')).to.not.include('bearer')
  })
  it('has no opinion of what is no upgrade, and of no token', async () => {
    const plain = requestWith(['Sec-WebSocket-Protocol', `${encoded('secret')}, v4`])
    expect(await socket.authenticate(plain)).to.equal(undefined)
    expect(await socket.authenticate(upgrade('v4.channel.k8s.io'))).to.equal(undefined)
  })
  for (const [what, protocols, why] of [
    ['an unknown token', `${encoded('nonsense')}, v4`, 'invalid bearer token'],
    ['two tokens', `${encoded('secret')}, ${encoded('secret')}, v4`, 'multiple'],
    ['a token alone', encoded('secret'), 'missing additional subprotocol'],
    ['padding', `${encoded('se')}==, v4`, 'encoding'],
    ['what is no UTF-8', `base64url.bearer.authorization.k8s.io._w, v4`, 'invalid base64'],
  ] as const)
    it(`refuses ${what}`, async () => {
      expect(await failure(socket.authenticate(upgrade(protocols)))).to.include(why)
    })
})

describe('StaticTokens.addFile', () => {
  it('reads token, user, uid and groups', async () => {
    const file = new StaticTokens()
    file.addFile('# comment\n\nt1,jane,u1,"g1,g2"\r\nt2,"bob ""the"" builder",u2\nt3, carol ,u3,g\n')
    expect(await file.authenticateToken('t1')).to.deep.equal({
      user: { name: 'jane', uid: 'u1', groups: ['g1', 'g2'], extra: {} },
    })
    expect((await file.authenticateToken('t2'))?.user.name).to.equal('bob "the" builder')
    expect((await file.authenticateToken('t3'))?.user.name).to.equal('carol')
    expect(await file.authenticateToken('t4')).to.equal(undefined)
  })
  it('says which line is wrong', () => {
    expect(() => new StaticTokens().addFile('t1,jane,u1\nt2,bob')).to.throw('line 2')
  })
})

describe('CachedTokens', () => {
  class Counted implements TokenAuthenticator {
    readonly asked: string[] = []
    answer: AuthenticationResponse | undefined | Error = { user: user('jane') }
    async authenticateToken(token: string): Promise<AuthenticationResponse | undefined> {
      this.asked.push(token)
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (this.answer instanceof Error) throw this.answer
      return this.answer
    }
  }

  it('asks once for a token that many present at the same time, and for the time after', async () => {
    const counted = new Counted()
    const cache = new CachedTokens(counted, 10_000)
    const answers = await Promise.all([1, 2, 3].map(() => cache.authenticateToken('a')))
    expect(new Set(answers).size).to.equal(1)
    expect(await cache.authenticateToken('a')).to.equal(answers[0])
    await cache.authenticateToken('b')
    expect(counted.asked).to.deep.equal(['a', 'b'])
  })
  it('remembers a no, and forgets it after its time', async () => {
    const counted = new Counted()
    counted.answer = undefined
    const cache = new CachedTokens(counted, 30)
    for (let i = 0; i < 3; i++) expect(await cache.authenticateToken('a')).to.equal(undefined)
    expect(counted.asked).to.have.length(1)
    await new Promise((resolve) => setTimeout(resolve, 60))
    counted.answer = { user: user('jane') }
    expect((await cache.authenticateToken('a'))?.user.name).to.equal('jane')
  })
  it('does not remember failures', async () => {
    const counted = new Counted()
    counted.answer = new Error('unreachable')
    const cache = new CachedTokens(counted, 10_000)
    expect(await failure(cache.authenticateToken('a'))).to.include('unreachable')
    counted.answer = { user: user('jane') }
    expect((await cache.authenticateToken('a'))?.user.name).to.equal('jane')
  })
  it('remembers nothing with no time', async () => {
    const counted = new Counted()
    const cache = new CachedTokens(counted, 0)
    for (let i = 0; i < 2; i++) await cache.authenticateToken('a')
    expect(counted.asked).to.have.length(2)
  })
})

describe('UnionAuthenticator', () => {
  const member = (answer: string | Error | undefined): Authenticator => ({
    name: 'fake',
    authenticate: () => {
      if (answer instanceof Error) return Promise.reject(answer)
      return Promise.resolve(answer === undefined ? undefined : { user: user(answer) })
    },
  })
  const ask = async (...answers: (string | Error | undefined)[]): Promise<string | undefined> =>
    (await new UnionAuthenticator(answers.map(member)).authenticate(requestWith()))?.user.name

  it('believes the first that knows the sender, also after one that failed', async () => {
    expect(await ask(undefined, 'a', 'b')).to.equal('a')
    expect(await ask(new Error('x'), 'a')).to.equal('a')
  })
  it('fails when somebody failed and nobody knows the sender', async () => {
    expect(await failure(ask(new Error('x'), undefined, new Error('y')))).to.include('x; y')
  })
  it('has no opinion when nobody has one', async () => {
    expect(await ask(undefined, undefined)).to.equal(undefined)
  })
})

describe('AuthenticationChain', () => {
  const chain = (name: string | undefined, groups: string[], anonymous = true): AuthenticationChain =>
    new AuthenticationChain(
      [
        {
          name: 'fake',
          authenticate: () => Promise.resolve(name === undefined ? undefined : { user: user(name, groups) }),
        },
      ],
      { anonymous },
    )
  const groups = async (tested: AuthenticationChain): Promise<readonly string[] | undefined> =>
    (await tested.authenticate(requestWith()))?.user.groups

  it('adds system:authenticated once, and not to who is known as anonymous', async () => {
    expect(await groups(chain('jane', ['a']))).to.deep.equal(['a', 'system:authenticated'])
    expect(await groups(chain('jane', ['system:authenticated']))).to.deep.equal(['system:authenticated'])
    expect(await groups(chain('x', ['system:unauthenticated']))).to.deep.equal(['system:unauthenticated'])
    expect(await groups(chain('system:anonymous', []))).to.deep.equal([])
  })
  it('knows who presents nothing as anonymous, where that is wanted', async () => {
    expect(await groups(chain(undefined, []))).to.deep.equal(['system:unauthenticated'])
    expect(await groups(chain(undefined, [], false))).to.equal(undefined)
  })
})
