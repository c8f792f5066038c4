import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createCertificate } from '../../../server/serving/certificate-builder.ts'
import { urlOf, WebhookClient } from './webhook-client.ts'
import { WebhookServer } from './webhook-server.test.ts'
import { WebhookUsers } from './webhook-users.ts'

describe('WebhookClient.call', () => {
  const server = new WebhookServer()
  before(() => server.start())
  after(() => server.close())
  const directory = mkdtempSync(join(tmpdir(), 'webhook-users-'))
  const file = join(directory, 'kubeconfig')
  after(() => {
    rmSync(directory, { recursive: true })
  })

  it('finds the user of a host by name, by domain, by default', () => {
    const names = ['a.ns.svc:8443', '*.ns.svc', '*.svc:8443', 'example.com', '*']
    const users = names.map((name) => ({ name, user: { username: name, password: 'p' } }))
    writeFileSync(file, JSON.stringify({ users }))
    const known = new WebhookUsers(file)
    const userOf = async (host: string): Promise<string> => {
      const header = (await known.of(host)?.credentials?.authorization()) ?? ''
      return Buffer.from(header.replace('Basic ', ''), 'base64').toString()
    }
    return Promise.all(
      Object.entries({
        'a.ns.svc:8443': 'a.ns.svc:8443:p',
        'b.ns.svc:8443': '*.svc:8443:p',
        'b.ns.svc:443': '*.ns.svc:p',
        'example.com:443': 'example.com:p',
        'example.com:444': '*:p',
      }).map(async ([host, user]) => {
        expect(await userOf(host), host).to.equal(user)
      }),
    )
  })

  it('shows the certificate and the token of the user', async () => {
    const day = 24 * 3600 * 1000
    const dates = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) }
    const pair = createCertificate({ commonName: 'apiserver', usages: ['clientAuth'], ...dates })
    const base64 = (text: string): string => Buffer.from(text).toString('base64')
    const user = {
      'client-certificate-data': base64(pair.certificate),
      'client-key-data': base64(pair.key),
      token: 't1',
    }
    writeFileSync(file, JSON.stringify({ users: [{ name: `127.0.0.1:${String(server.port)}`, user }] }))
    const own = new WebhookClient(new WebhookUsers(file))
    const config = server.on('/who', () => ({ allowed: true }))
    const signal = new AbortController().signal
    await own.call(config, { body: '{"request":{"uid":"1"}}', timeoutSeconds: 5, signal })
    expect(server.received[0]?.clientName).to.equal('apiserver')
    expect(server.received[0]?.headers.authorization).to.equal('Bearer t1')
    own.close()
  })
})

describe('urlOf', () => {
  it('names services as the cluster does', () => {
    expect(urlOf({ service: { name: 's', namespace: 'n', path: '/p', port: 8443 } }).href).to.equal(
      'https://s.n.svc:8443/p',
    )
    expect(urlOf({ service: { name: 's', namespace: 'n' } }).href).to.equal('https://s.n.svc/')
    expect(() => urlOf({})).to.throw('webhook configuration must have either service or URL')
    expect(() => urlOf({ url: 'http://x' })).to.throw('Unparsable URL')
  })
})
