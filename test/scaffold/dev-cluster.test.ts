import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { main } from '../harness/recorded-cli.ts'
import { TemporaryProject } from './temporary-project.ts'

describe('apiserver-kit dev --cluster', function () {
  this.timeout(60_000)
  let project: TemporaryProject
  let cluster: Server
  const calls: { method: string; path: string; body: any }[] = []
  const apiService = '/apis/apiregistration.k8s.io/v1/apiservices/v1.shop.example.org'
  const deployed = { spec: { service: { name: 'shop', namespace: 'shop-system' } } }

  before(async () => {
    project = new TemporaryProject()
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'Order')
    cluster = createServer((request, response) => {
      void text(request).then((body) => {
        const path = (request.url ?? '').split('?')[0] ?? ''
        if (request.method !== 'GET') calls.push({ method: request.method ?? '', path, body: body && JSON.parse(body) })
        const there = request.method !== 'GET' || path === apiService
        response.writeHead(there ? 200 : 404, { 'content-type': 'application/json' })
        response.end(JSON.stringify(path === apiService ? deployed : {}))
      })
    }).listen(0, '127.0.0.1')
    await once(cluster, 'listening')
    const config = {
      'current-context': 'x',
      clusters: [{ name: 'x', cluster: { server: `http://127.0.0.1:${(cluster.address() as AddressInfo).port}` } }],
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
      users: [{ name: 'x', user: { token: 'x' } }],
    }
    project.write('kubectl', `#!/bin/sh\ncat <<'EOF'\n${JSON.stringify(config)}\nEOF\n`)
    chmodSync(join(project.directory, 'kubectl'), 0o755)
    // What is looked at here is what is laid: the server needs no cluster for it.
    project.write(
      'server/main.ts',
      "console.log('Ready at', process.argv.slice(2).join(' '))\nsetInterval(() => undefined, 1000)\n",
    )
  })
  after(() => {
    cluster.close()
    project.remove()
  })

  it('lays this machine into the cluster, and takes it away at the end', async () => {
    const flags = ['--cluster', '--address', '192.0.2.7', '--no-controller', '--no-watch', '--secure-port', '7443']
    const child = spawn(process.execPath, [main, 'dev', ...flags], {
      cwd: project.directory,
      env: { ...process.env, PATH: `${project.directory}:${process.env['PATH'] ?? ''}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    while (!output.includes('Ready at')) await once(child.stdout, 'data')
    expect(output)
      .to.include('--secure-port 7443 --bind-address 0.0.0.0')
      .and.to.include('--tls-cert-file ./data/cluster/tls.crt')
    expect(output).to.include('The cluster asks 192.0.2.7:7443 for v1.shop.example.org')
    const laid = calls.splice(0)
    expect(laid.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      'PATCH /api/v1/namespaces/shop-dev',
      'PATCH /api/v1/namespaces/shop-dev/services/shop-dev',
      'PATCH /apis/discovery.k8s.io/v1/namespaces/shop-dev/endpointslices/shop-dev',
      `PATCH ${apiService}`,
    ])
    expect(laid[2]?.body.endpoints[0].addresses).to.deep.equal(['192.0.2.7'])
    expect(laid[3]?.body.spec.service).to.deep.equal({ name: 'shop-dev', namespace: 'shop-dev', port: 443 })
    expect(Buffer.from(laid[3]?.body.spec.caBundle, 'base64').toString()).to.include('BEGIN CERTIFICATE')
    child.kill('SIGTERM')
    expect((await once(child, 'exit'))[0]).to.equal(0)
    // What was deployed before is asked again.
    const metadata = {
      labels: { 'app.kubernetes.io/managed-by': null },
      annotations: { 'apiserver-kit-dev/replaced': null },
    }
    expect(calls[0]).to.deep.equal({ method: 'PATCH', path: apiService, body: { metadata, ...deployed } })
    expect(calls.slice(1).map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      'DELETE /apis/discovery.k8s.io/v1/namespaces/shop-dev/endpointslices/shop-dev',
      'DELETE /api/v1/namespaces/shop-dev/services/shop-dev',
      'DELETE /api/v1/namespaces/shop-dev',
    ])
  })

  it('says what is wrong', () => {
    expect(project.refused('dev', '--address', '192.0.2.7')).to.include(
      '--context and --address are about a cluster: add --cluster',
    )
  })
})
