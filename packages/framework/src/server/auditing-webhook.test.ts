import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ApiServer } from './api-server.ts'
import { standaloneOptions } from './fixture.test.ts'
import type { ApiServerOptions } from './options.ts'

describe('an audit webhook that requests wait for', () => {
  let directory: string
  let server: ApiServer
  let receiver: Server
  let taken: number
  let code: number
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'auditing-webhook-'))
    taken = 0
    code = 200
    receiver = createServer((incoming, response) => {
      incoming.resume().on('end', () => {
        setTimeout(() => {
          taken++
          response.writeHead(code).end('{}')
        }, 20)
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  })
  afterEach(async () => {
    await server.close()
    receiver.close()
    rmSync(directory, { recursive: true })
  })

  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }
  async function start(auditWebhookMode: NonNullable<ApiServerOptions['auditWebhookMode']>): Promise<void> {
    const { port } = receiver.address() as AddressInfo
    const kubeconfig = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${String(port)}/audit` } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    }
    server = new ApiServer({
      ...standaloneOptions(directory),
      tokenAuthFile: file('tokens', 'admin,root,,system:masters\n'),
      auditPolicyFile: file('policy', 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]'),
      auditWebhookConfigFile: file('webhook', JSON.stringify(kubeconfig)),
      auditWebhookInitialBackoffSeconds: 0.001,
      auditWebhookMode,
    })
    await server.listen()
  }
  const get = (path: string, token = 'admin'): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` }
      request(`${server.url}${path}`, { headers, rejectUnauthorized: false, agent: false }, (response) => {
        response.resume().on('close', () => {
          resolve(response.statusCode)
        })
      })
        .on('error', reject)
        .end()
    })

  it('delays them in mode blocking, and refuses what it does not take in blocking-strict', async () => {
    await start('blocking')
    expect(await get('/version')).to.equal(200)
    expect(taken).to.be.at.least(1)
    code = 500
    expect(await get('/version')).to.equal(200)
    await server.close()
    await start('blocking-strict')
    expect(await get('/version')).to.equal(500)
    code = 200
    expect(await get('/version')).to.equal(200)
  })

  it('ends nobody else when it fails on what no request waits for', async () => {
    code = 500
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note)
    try {
      await start('blocking')
      expect(await get('/version', 'nobody')).to.equal(401)
      // Tried again, until it is given up.
      const deadline = Date.now() + 5000
      while (taken < 5 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect(taken).to.equal(5)
      expect(unhandled).to.deep.equal([])
    } finally {
      process.removeListener('unhandledRejection', note)
      for (const other of others) process.on('unhandledRejection', other)
    }
  })
})
