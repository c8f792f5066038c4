import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type { RequestContext } from '../../request/context.ts'
import { StatusError } from '../../meta/status.ts'
import type { Connecter, ConnectMethod, ConnectRequest } from '../../registry/rest.ts'
import { Subresource, type OptionsOf } from '../../registry/subresource.ts'
import { Type } from '../../schema/type-helpers.ts'
import { json, Lab, type Machine } from './fixture.test.ts'

const TunnelOptions = Type.Object({ port: Type.Integer({ minimum: 1, maximum: 65535, default: 80 }) })
type TunnelOptions = OptionsOf<typeof TunnelOptions>

/** Says back what it hears, in the protocol `echo`; without an upgrade it says what it was asked. */
class Tunnel extends Subresource<Machine> implements Connecter<TunnelOptions> {
  readonly name = 'tunnel'
  override readonly options = TunnelOptions
  readonly connectMethods: readonly ConnectMethod[] = ['GET', 'POST']
  readonly servesPath = true
  gone: Promise<unknown> = Promise.resolve()

  async connect(name: string, connection: ConnectRequest<TunnelOptions>, ctx: RequestContext): Promise<void> {
    const { metadata } = await this.parentOf(name, ctx)
    if (!connection.upgrades.includes('echo')) {
      const { method, path, options } = connection
      const answer = { name: metadata.name, method, path, port: options.port, user: ctx.user.name }
      connection.response.setHeader('content-type', 'application/json')
      connection.response.end(JSON.stringify(answer))
      return
    }
    const socket = connection.upgrade('echo', { 'X-Port': String(options(connection)) })
    this.gone = once(ctx.signal, 'abort')
    socket.pipe(socket)
  }
}
const options = ({ options: { port } }: ConnectRequest<TunnelOptions>): number => port

class Plain extends Subresource<Machine> implements Connecter {
  readonly name = 'plain'
  readonly connectMethods: readonly ConnectMethod[] = ['PUT']
  connect(_name: string, connection: ConnectRequest): Promise<void> {
    if (connection.query.has('fail')) throw StatusError.badRequest('as asked')
    connection.upgrade('anything')
    return Promise.resolve()
  }
}

describe('Connecter', () => {
  const tunnel = new Tunnel()
  const folder = mkdtempSync(join(tmpdir(), 'connect-'))
  const policy = join(folder, 'policy')
  const auditLog = join(folder, 'audit.log')
  writeFileSync(policy, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n')
  const lab = new Lab([tunnel, new Plain()], { auditPolicyFile: policy, auditLogPath: auditLog })
  before(() => lab.start())
  after(async () => {
    await lab.stop()
    rmSync(folder, { recursive: true })
  })

  it('gets method, path and options', async () => {
    const answer = await lab.send('/one/tunnel/a/b/?port=8080&x=1', { method: 'POST' }, {})
    expect(answer.code).to.equal(200)
    expect(json(answer)).to.deep.equal({
      name: 'one',
      method: 'POST',
      path: '/a/b/',
      port: 8080,
      user: 'kubernetes-admin',
    })
    expect(json(await lab.send('/one/tunnel'))).to.include({ path: '', port: 80 })
    expect(json(await lab.send('/one/tunnel/'))).to.include({ path: '/' })
  })

  it('upgrades a connection, and hears when the client is gone', async () => {
    const [response, socket] = await lab.upgrade('/one/tunnel?port=7', 'echo')
    expect(response.statusCode).to.equal(101)
    expect(response.headers).to.include({ upgrade: 'echo', 'x-port': '7' })
    expect(response.headers['audit-id']).to.be.a('string')
    socket.write('hello')
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    expect(chunk.toString()).to.equal('hello')
    socket.destroy()
    await tunnel.gone
  })

  it('is admitted as CONNECT, with the options as its object', async () => {
    lab.witness.seen.length = 0
    await lab.send('/one/tunnel?port=9')
    const [seen] = lab.witness.seen
    expect(seen).to.deep.include({
      operation: 'CONNECT',
      name: 'one',
      namespace: 'default',
      subresource: 'tunnel',
      kind: { group: 'lab.example.com', version: 'v1', kind: 'MachineTunnelOptions' },
    })
    expect(seen?.object).to.deep.include({ kind: 'MachineTunnelOptions', port: 9 })
  })

  it('is asked for nothing that is wrong, missing or not allowed', async () => {
    const message = async (path: string, method = 'GET'): Promise<unknown[]> => {
      const answer = await lab.send(path, { method })
      return [answer.code, json(answer).message]
    }
    expect(await message('/one/tunnel?port=0')).to.deep.equal([
      400,
      'port: Invalid value: 0: port in body should be greater than or equal to 1',
    ])
    expect(await message('/two/tunnel')).to.deep.equal([404, 'machines.lab.example.com "two" not found'])
    expect((await message('/one/tunnel', 'DELETE'))[0]).to.equal(405)
    expect((await message('/one/plain/below', 'PUT'))[0]).to.equal(404)
    expect(await message('/one/plain?fail', 'PUT')).to.deep.equal([400, 'as asked'])
    expect(await message('/one/plain', 'PUT')).to.deep.equal([400, 'Upgrade request required'])
  })

  it('passes authentication and authorization, also with an upgrade', async () => {
    const headers = { connection: 'Upgrade', upgrade: 'echo' }
    const answer = await lab.send('/one/tunnel', { headers, cert: '', key: '' })
    expect([answer.code, json(answer).reason]).to.deep.equal([403, 'Forbidden'])
    expect(json(answer).message).to.include('cannot get resource "machines/tunnel"')
  })

  it('is refused by admission, also with an upgrade', async () => {
    lab.witness.refuses = 'tunnel'
    try {
      const answer = await lab.send('/one/tunnel', { headers: { connection: 'Upgrade', upgrade: 'echo' } })
      expect([answer.code, json(answer).reason]).to.deep.equal([403, 'Forbidden'])
    } finally {
      lab.witness.refuses = ''
    }
  })

  it('is written down when it begins and when it ends', async () => {
    const [response, socket] = await lab.upgrade('/one/tunnel', 'echo')
    const id = response.headers['audit-id']
    const stages = (): unknown[] =>
      readFileSync(auditLog, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { auditID: string; stage: string; responseStatus?: { code: number } })
        .filter(({ auditID }) => auditID === id)
        .map(({ stage, responseStatus }) => [stage, responseStatus?.code])
    while (stages().length < 2) await delay(20)
    const begun = [
      ['RequestReceived', undefined],
      ['ResponseStarted', 101],
    ]
    expect(stages()).to.deep.equal(begun)
    socket.destroy()
    while (stages().length < 3) await delay(20)
    expect(stages()).to.deep.equal([...begun, ['ResponseComplete', 101]])
  })

  it('counts as CONNECT, and as long-running', async () => {
    const metric = async (name: string): Promise<string[]> =>
      (await lab.send('/metrics')).text
        .split('\n')
        .filter((line) => line.startsWith(`${name}{verb="CONNECT"`) && line.includes('subresource="tunnel"'))
        .map((line) => line.replace(/.*?(code="\d+")?\} /, '$1 '))
    const [, socket] = await lab.upgrade('/one/tunnel', 'echo')
    expect(await metric('apiserver_longrunning_requests')).to.deep.equal([' 1'])
    socket.destroy()
    await tunnel.gone
    expect(await metric('apiserver_longrunning_requests')).to.deep.equal([' 0'])
    expect((await metric('apiserver_request_total')).join()).to.include('code="101"')
  })

  it('is described with its paths and options', async () => {
    const { resources } = json(await lab.send('/apis/lab.example.com/v1')) as { resources: { name: string }[] }
    expect(resources.find(({ name }) => name === 'machines/tunnel')).to.deep.include({
      kind: 'MachineTunnelOptions',
      verbs: ['create', 'get'],
    })
    const { paths } = json(await lab.send('/openapi/v3/apis/lab.example.com/v1')) as { paths: Record<string, unknown> }
    const path = '/apis/lab.example.com/v1/namespaces/{namespace}/machines/{name}/tunnel'
    expect(JSON.stringify(paths[path])).to.include('"connectPostLabExampleComV1NamespacedMachineTunnel"')
    const below = JSON.stringify(paths[`${path}/{path}`])
    expect(below).to.include('"connectGetLabExampleComV1NamespacedMachineTunnelWithPath"')
    expect(below).to.include('"name":"port"')
  })
})
