import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ApiServer } from './api-server.ts'
import { standaloneOptions } from './fixture.test.ts'
import type { ApiServerOptions } from './options.ts'

interface Event {
  readonly [member: string]: unknown
  readonly stage: string
  readonly requestURI: string
  readonly user: { username?: string; groups?: string[] }
  readonly objectRef?: Record<string, string>
  readonly responseStatus?: Record<string, unknown>
  readonly requestObject?: { metadata?: Record<string, unknown> }
  readonly responseObject?: { kind?: string; metadata?: Record<string, unknown> }
  readonly annotations?: Record<string, string>
}

describe('audit', () => {
  let directory: string
  let server: ApiServer
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'auditing-'))
  })
  afterEach(async () => {
    await server.close()
    rmSync(directory, { recursive: true })
  })

  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }
  async function start(rules: string, options: Partial<ApiServerOptions> = {}): Promise<void> {
    server = new ApiServer({
      ...standaloneOptions(directory),
      tokenAuthFile: file('tokens', 'admin,root,,system:masters\n'),
      auditPolicyFile: file('policy', `apiVersion: audit.k8s.io/v1\nkind: Policy\n${rules}`),
      auditLogPath: join(directory, 'audit.log'),
      ...options,
    })
    await server.listen()
  }
  const send = (
    method: string,
    path: string,
    { body, headers = {}, cut = false }: { body?: string; headers?: Record<string, string>; cut?: boolean } = {},
  ): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const all = {
        authorization: 'Bearer admin',
        'content-type': 'application/json',
        'user-agent': 'me/1',
        ...headers,
      }
      const outgoing = request(
        `${server.url}${path}`,
        { method, headers: all, rejectUnauthorized: false, agent: false },
        (response) => {
          if (cut) outgoing.destroy()
          else response.resume()
          response.on('close', () => {
            resolve(response.statusCode)
          })
        },
      )
      outgoing.on('error', (error) => {
        if (!cut) reject(error)
      })
      outgoing.end(body)
    })
  const events = (): Event[] =>
    readFileSync(join(directory, 'audit.log'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Event)
  async function eventually(check: () => boolean): Promise<void> {
    const deadline = Date.now() + 5000
    while (!check()) {
      if (Date.now() > deadline) throw new Error('it did not come to pass in 5 s')
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const namespace = (name: string): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations: { a: '<b>' } } })

  it('writes request and answer at RequestResponse, in two stages with one id', async () => {
    await start('rules: [{level: RequestResponse}]')
    const headers = { 'audit-id': 'my-id', 'x-forwarded-for': '10.0.0.1, 10.0.0.2' }
    expect(await send('POST', '/api/v1/namespaces?fieldManager=m', { body: namespace('team'), headers })).to.equal(201)
    const [received, complete, ...more] = events()
    expect(more).to.deep.equal([])
    expect(received).to.deep.include({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'RequestResponse',
      auditID: 'my-id',
      stage: 'RequestReceived',
      requestURI: '/api/v1/namespaces?fieldManager=m',
      verb: 'create',
      user: { username: 'root', groups: ['system:masters', 'system:authenticated'] },
      sourceIPs: ['10.0.0.1', '10.0.0.2', '127.0.0.1'],
      userAgent: 'me/1',
      objectRef: { resource: 'namespaces', apiVersion: 'v1' },
    })
    expect(received).to.not.have.any.keys('responseStatus', 'requestObject', 'annotations')
    expect(complete).to.deep.include({
      auditID: 'my-id',
      stage: 'ResponseComplete',
      objectRef: { resource: 'namespaces', name: 'team', apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 201 },
      annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
    })
    expect(complete?.requestObject?.metadata).to.deep.equal({ name: 'team', annotations: { a: '<b>' } })
    expect(complete?.responseObject?.metadata).to.have.any.keys('uid')
    expect(complete?.stageTimestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(readFileSync(join(directory, 'audit.log'), 'utf8')).to.include('\\u003cb\\u003e')
  })

  it('writes as much as the policy says', async () => {
    await start(
      [
        'omitStages: [RequestReceived]',
        'rules:',
        '- {level: None, nonResourceURLs: ["/healthz*"]}',
        '- {level: Metadata, verbs: [get, list]}',
        '- {level: Request, omitManagedFields: true}',
      ].join('\n'),
    )
    await send('GET', '/healthz')
    await send('GET', '/api/v1/namespaces/default')
    const managed = { metadata: { name: 'team', managedFields: [] } }
    await send('POST', '/api/v1/namespaces', {
      body: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', ...managed }),
    })
    const [read, written, ...more] = events()
    expect(more).to.deep.equal([])
    expect(read).to.include({ level: 'Metadata', verb: 'get' })
    expect(read).to.not.have.any.keys('requestObject', 'responseObject')
    expect(written).to.include({ level: 'Request', verb: 'create' })
    expect(written?.requestObject?.metadata).to.deep.equal({ name: 'team' })
    expect(written).to.not.have.any.keys('responseObject')
  })

  it('writes refusals: of the authorizer, of the handler, and of who cannot say who he is', async () => {
    await start('omitStages: [RequestReceived]\nrules: [{level: Metadata}]')
    await send('GET', '/api/v1/namespaces', { headers: { authorization: '' } })
    await send('GET', '/api/v1/namespaces/missing')
    await send('GET', '/api/v1/namespaces', { headers: { authorization: 'Bearer wrong' } })
    const [forbidden, missing, unknown] = events()
    expect(forbidden?.user.username).to.equal('system:anonymous')
    expect(forbidden?.responseStatus).to.deep.include({ status: 'Failure', reason: 'Forbidden', code: 403 })
    expect(forbidden?.annotations?.['authorization.k8s.io/decision']).to.equal('forbid')
    expect(missing?.responseStatus).to.include({ reason: 'NotFound', code: 404 })
    expect(unknown).to.include({ stage: 'ResponseStarted' })
    expect(unknown?.user).to.deep.equal({})
    expect(unknown?.responseStatus).to.deep.equal({
      metadata: {},
      message: 'Authentication failed, attempted: bearer',
      code: 401,
    })
  })

  it('writes that a watch began, and that it ended', async () => {
    await start('rules: [{level: Metadata, verbs: [watch]}]')
    const watching = send('GET', '/api/v1/namespaces?watch=true&timeoutSeconds=1')
    await eventually(() => events().length === 2)
    expect(events()[1]).to.deep.include({ stage: 'ResponseStarted', responseStatus: { metadata: {}, code: 200 } })
    await watching
    expect(events().map(({ stage }) => stage)).to.deep.equal(['RequestReceived', 'ResponseStarted', 'ResponseComplete'])
  })

  it('writes how long a slow request took, as Go prints it', async () => {
    await start('omitStages: [RequestReceived]\nrules: [{level: Metadata}]')
    await send('GET', '/debug/pprof/profile?seconds=0.6')
    await send('GET', '/version')
    const [slow, quick] = events().filter(({ stage }) => stage === 'ResponseComplete')
    expect(slow?.annotations?.['apiserver.latency.k8s.io/total']).to.match(/^(?:[6-9]\d\d\.\d+ms|\d\.\d+s)$/)
    expect(quick?.annotations).to.not.have.property('apiserver.latency.k8s.io/total')
  })

  it('takes the id of the client as it is, however long', async () => {
    await start('omitStages: [RequestReceived]\nrules: [{level: Metadata}]')
    const id = 'i'.repeat(100)
    await send('GET', '/version', { headers: { 'audit-id': id } })
    expect(events()[0]?.auditID).to.equal(id)
  })

  it('writes both users of an impersonation', async () => {
    await start('omitStages: [RequestReceived]\nrules: [{level: Metadata}]')
    await send('GET', '/version', { headers: { 'impersonate-user': 'bob' } })
    const [event] = events()
    expect(event?.user.username).to.equal('root')
    expect(event?.impersonatedUser).to.deep.equal({ username: 'bob', groups: ['system:authenticated'] })
    expect(event?.authenticationMetadata).to.deep.equal({ impersonationConstraint: 'impersonate:user-info' })
  })

  it('sends events to a webhook in batches, again where it failed, and what is left at the end', async () => {
    const lists: { kind: string; items: Event[] }[] = []
    let failures = 1
    const receiver = createServer((incoming, response) => {
      let text = ''
      incoming.on('data', (chunk: Buffer) => (text += chunk.toString()))
      incoming.on('end', () => {
        if (failures-- > 0) response.writeHead(500).end('{}')
        else {
          lists.push(JSON.parse(text) as (typeof lists)[number])
          response.setHeader('content-type', 'application/json')
          response.end('{}')
        }
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const target = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/sink`
    const kubeconfig = JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: target } }],
      users: [],
      contexts: [{ name: 'c', context: { cluster: 'c' } }],
      'current-context': 'c',
    })
    await start('omitStages: [RequestReceived]\nrules: [{level: Metadata}]', {
      auditWebhookConfigFile: file('webhook', kubeconfig),
      auditWebhookInitialBackoffSeconds: 0.01,
      auditWebhookBatchMaxSize: 2,
      auditWebhookBatchMaxWaitSeconds: 60,
    })
    for (const path of ['/version', '/healthz', '/livez']) await send('GET', path)
    await eventually(() => lists.length > 0)
    await server.close()
    receiver.close()
    expect(lists.map(({ kind, items }) => [kind, items.map(({ requestURI }) => requestURI)])).to.deep.equal([
      ['EventList', ['/version', '/healthz']],
      ['EventList', ['/livez']],
    ])
  })

  it('cuts what is too large, where that is asked for, and writes text where that is', async () => {
    const rules = 'omitStages: [RequestReceived]\nrules: [{level: Request}]'
    const truncation = { auditLogTruncateEnabled: true, auditLogTruncateMaxEventSize: 1000 }
    await start(rules, truncation)
    const body = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'a', annotations: { b: 'x'.repeat(2000) } },
    })
    await send('POST', '/api/v1/namespaces', { body })
    const [cut] = events()
    expect(cut?.annotations?.['audit.k8s.io/truncated']).to.equal('true')
    expect(cut).to.not.have.any.keys('requestObject')
    await server.close()
    await start(rules, { auditLogPath: join(directory, 'text'), auditLogFormat: 'legacy', auditLogMode: 'batch' })
    await send('GET', '/version', { headers: { 'audit-id': 'i' } })
    await server.close()
    expect(readFileSync(join(directory, 'text'), 'utf8')).to.match(
      /^\S+Z AUDIT: id="i" stage="ResponseComplete" ip="127.0.0.1" method="get" user="root" groups="system:masters","system:authenticated" as="<self>" asgroups="<lookup>" user-agent="me\/1" namespace="<none>" uri="\/version" response="200"\n$/,
    )
  })

  it('refuses requests that cannot be written down, where that is asked for', async () => {
    await start('rules: [{level: Metadata}]', { auditLogMode: 'blocking-strict', auditLogPath: '/dev/full' })
    expect(await send('GET', '/version')).to.equal(500)
    await server.close()
    await start('rules: [{level: Metadata}]', { auditLogPath: '/dev/full' })
    expect(await send('GET', '/version')).to.equal(200)
  })

  it('does not start with a policy that is none', async () => {
    let failure: unknown
    await start('rules: []').catch((error: unknown) => (failure = error))
    expect(String(failure)).to.match(/--audit-policy-file .*no rules/)
  })
})
