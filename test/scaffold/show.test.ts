import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { main } from '../harness/recorded-cli.ts'
import { apiServicePath, healthy, podsPath } from './doctor-set-ups.ts'
import { TemporaryProject } from './temporary-project.ts'

describe('apiserver-kit show, of a cluster', function () {
  this.timeout(60_000)
  const { objects } = healthy()
  let project: TemporaryProject
  let server: Server

  before(async () => {
    project = new TemporaryProject()
    const service = objects[apiServicePath] as object
    const answers: Readonly<Record<string, unknown>> = {
      ...objects,
      '/version': { gitVersion: 'v1.35.0' },
      '/apis': {
        groups: ['shop.example.org/v1', 'apps/v1', 'apiregistration.k8s.io/v1'].map((groupVersion) => ({
          name: groupVersion.split('/')[0],
          versions: [{ groupVersion }],
        })),
      },
      '/apis/apiregistration.k8s.io/v1/apiservices': { items: [service] },
      '/apis/shop.example.org/v1': {
        resources: [{ name: 'orders', kind: 'Order', namespaced: true, verbs: ['get', 'list'] }],
      },
      [podsPath]: {
        items: [pod('shop-1', { ready: true, restartCount: 0 }), pod('shop-2', { ready: false, restartCount: 7 })],
      },
    }
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://cluster')
      const object = answers[pathname]
      response.writeHead(object === undefined ? 404 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(object ?? { kind: 'Status', message: `no ${pathname}`, code: 404 }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'x',
      clusters: [{ name: 'x', cluster: { server: url } }],
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
      users: [{ name: 'x', user: { token: 'x' } }],
    }
    project.write('kubeconfig', JSON.stringify(config))
  })
  after(() => {
    server.closeAllConnections()
    server.close()
    project.remove()
  })

  const pod = (name: string, status: object): object => ({
    metadata: { namespace: 'shop-system', name },
    status: { phase: 'Running', containerStatuses: [status] },
  })

  async function show(...flags: string[]): Promise<string> {
    const child = spawn(process.execPath, [main, 'show', '--kubeconfig', 'kubeconfig', ...flags], {
      cwd: project.directory,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    expect(code, out + err).to.equal(0)
    return out
  }

  it('tells of what is aggregated only, with its APIService and the pods behind', async () => {
    const shown = await show('--context', 'x')
    expect(shown).to.match(/^APIService v1\.shop\.example\.org +available; authority ca, expires /m)
    expect(shown).to.match(/^Pod shop-system\/shop-1 +ready$/m)
    expect(shown).to.match(/^Pod shop-system\/shop-2 +not ready: Running, restarted 7 times$/m)
    expect(shown).to.match(/^ {2}orders +Order: get, list$/m)
    expect(shown).to.not.include('apps/v1')
  })

  it('says the same as JSON', async () => {
    const { pods } = JSON.parse(await show('--json')) as { pods: unknown }
    expect(pods).to.deep.equal([
      { namespace: 'shop-system', name: 'shop-1', phase: 'Running', ready: true, restarts: 0 },
      { namespace: 'shop-system', name: 'shop-2', phase: 'Running', ready: false, restarts: 7 },
    ])
  })
})
