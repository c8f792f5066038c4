import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { main } from '../harness/recorded-cli.ts'
import { apiServicePath, configMapPath, healthy, podsPath, setUps } from './doctor-set-ups.ts'

describe('apiserver-kit doctor', function () {
  this.timeout(60_000)
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  let api = healthy()
  let server: Server
  let url: string

  before(async () => {
    server = createServer((request, response) => {
      const answer = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      }
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://cluster')
      if (request.method === 'POST') {
        void text(request).then((body) => {
          const { resource } = JSON.parse(body).spec.resourceAttributes
          answer(201, { status: { allowed: !api.refused.has(resource) } })
        })
        return
      }
      const object = api.objects[pathname]
      const status = api.statuses[pathname] ?? (object === undefined ? 404 : 200)
      if (status !== 200) answer(status, { kind: 'Status', message: `no ${pathname}` })
      else if (pathname === podsPath && searchParams.get('labelSelector') === 'app=shopp') answer(200, { items: [] })
      else answer(200, object)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    api = healthy()
  })

  async function doctor(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const config = {
      'current-context': 'x',
      clusters: [{ name: 'x', cluster: { server: url } }],
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
      users: [{ name: 'x', user: { token: 'x' } }],
    }
    writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(config))
    const child = spawn(process.execPath, [main, 'doctor', '--kubeconfig', join(folder, 'kubeconfig'), ...args], {
      env: { ...process.env, NO_COLOR: '1' },
    })
    const read = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    const [stdout, stderr, [code]] = await read
    return { code: code as number, stdout, stderr }
  }

  it('finds nothing wrong where nothing is', async () => {
    const { code, stdout } = await doctor('--apiservice', 'v1.shop.example.org')
    expect(stdout).to.match(/\nNothing is wrong\.\n$/)
    expect(stdout.match(/^✔/gm)).to.have.length(9)
    expect(code).to.equal(0)
    api.objects['/apis/apiregistration.k8s.io/v1/apiservices'].items = [api.objects[apiServicePath]]
    const [diagnosis] = JSON.parse((await doctor('--json')).stdout)
    expect(diagnosis).to.include({ apiService: 'v1.shop.example.org', healthy: true })
  })

  it('takes schemas that are yet to come for nothing wrong, and those that do not come for a problem', async () => {
    api.objects['/openapi/v3'] = { paths: {} }
    const [condition] = api.objects[apiServicePath].status.conditions
    const since = (seconds: number): void => {
      condition.lastTransitionTime = new Date(Date.now() - seconds * 1000).toISOString()
    }
    since(20)
    const early = await doctor('--apiservice', 'v1.shop.example.org')
    expect(early.stdout).to.match(/^\? OpenAPI .* has no apis\/shop\.example\.org\/v1 yet: .* available for 2\d s/m)
    expect(early.code).to.equal(0)
    since(120)
    const late = await doctor('--apiservice', 'v1.shop.example.org')
    expect(late.stdout).to.match(/^Cause: \/openapi\/v3 of the cluster has no /m)
    expect(late.code).to.equal(1)
  })

  for (const { name, breaks, cause, fix } of setUps)
    it(`names the cause of ${name}`, async () => {
      breaks(api)
      const { code, stdout } = await doctor('--apiservice', 'v1.shop.example.org')
      const [, causes = '', fixes = ''] = /^Cause: (.*)\nFix: {3}(.*)$/m.exec(stdout) ?? []
      expect(causes, stdout).to.match(cause)
      expect(fixes, stdout).to.match(fix)
      expect(code).to.equal(1)
    })

  it('says what it cannot see', async () => {
    api.statuses[configMapPath] = 403
    const { code, stdout } = await doctor('--apiservice', 'v1.shop.example.org')
    expect(stdout).to.match(/^\? Request headers .*cannot be read/m)
    expect(code).to.equal(0)
  })

  it('says what to type where there is nothing to look at', async () => {
    expect((await doctor()).stderr).to.include('lay yours by `kubectl apply -k manifests/overlays/default`')
    api.statuses['/apis/apiregistration.k8s.io/v1/apiservices'] = 404
    expect((await doctor()).stderr).to.include('is no cluster')
  })
})
