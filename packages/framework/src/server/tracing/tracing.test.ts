import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { expect } from 'chai'
import { currentTraceparent } from '../../client/trace-context.ts'
import type { AdmissionPlugin } from '../../auth/admission/plugin.ts'
import { MessageReader } from '../../util/protobuf-message.ts'
import { ApiServer } from '../api-server.ts'
import { standaloneOptions } from '../fixture.test.ts'
import { readTracingConfiguration } from './tracing-configuration.ts'

interface Received {
  readonly name: string
  readonly trace: string
  readonly id: string
  readonly parent: string
  readonly kind: number
  readonly link: string
  readonly attributes: Readonly<Record<string, string | number>>
}

/** What a collector makes of a request's bytes: read field by field, as the .proto files have them. */
function* spansOf(request: MessageReader): Generator<Received> {
  for (const group of messages(request, 1))
    for (const scope of messages(group, 2)) for (const span of messages(scope, 2)) yield spanOf(span)
}

function* messages(reader: MessageReader, wanted: number): Generator<MessageReader> {
  for (let field = reader.next(); field; field = reader.next())
    if (field === wanted) yield reader.message()
    else reader.skip()
}

function spanOf(reader: MessageReader): Received {
  const span = {
    name: '',
    trace: '',
    id: '',
    parent: '',
    kind: 0,
    link: '',
    attributes: {} as Record<string, string | number>,
  }
  for (let field = reader.next(); field; field = reader.next())
    if (field === 1) span.trace = reader.bytes().toString('hex')
    else if (field === 2) span.id = reader.bytes().toString('hex')
    else if (field === 4) span.parent = reader.bytes().toString('hex')
    else if (field === 5) span.name = reader.string()
    else if (field === 6) span.kind = reader.int()
    else if (field === 9) Object.assign(span.attributes, attributeOf(reader.message()))
    else if (field === 13) for (const id of [reader.message()]) span.link = (id.next(), id.bytes().toString('hex'))
    else reader.skip()
  return span
}

function attributeOf(reader: MessageReader): Record<string, string | number> {
  let [key, value]: [string, string | number] = ['', '']
  for (let field = reader.next(); field; field = reader.next())
    if (field === 1) key = reader.string()
    else {
      const any = reader.message()
      value = any.next() === 1 ? any.string() : any.int()
    }
  return { [key]: value }
}

class Collector {
  readonly spans: Received[] = []
  readonly #server = new Server()

  async listen(): Promise<string> {
    const asIs = (bytes: Buffer): Buffer => bytes
    const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
    this.#server.addService(
      {
        export: {
          path,
          requestStream: false,
          responseStream: false,
          requestSerialize: asIs,
          requestDeserialize: asIs,
          responseSerialize: asIs,
          responseDeserialize: asIs,
        },
      },
      {
        export: (call: { request: Buffer }, done: (error: null, answer: Buffer) => void) => {
          this.spans.push(...spansOf(new MessageReader(call.request)))
          done(null, Buffer.alloc(0))
        },
      },
    )
    const port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error)
        else resolve(bound)
      })
    })
    return `127.0.0.1:${String(port)}`
  }

  close(): void {
    this.#server.forceShutdown()
  }
}

const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']

describe('traces', () => {
  let directory: string
  let server: ApiServer
  let collector: Collector
  let seen: (string | undefined)[]
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tracing-'))
    collector = new Collector()
    seen = []
  })
  afterEach(async () => {
    await server.close()
    collector.close()
    rmSync(directory, { recursive: true })
  })
  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }
  const watching: AdmissionPlugin = {
    name: 'Watching',
    handles: () => true,
    validate: () => {
      seen.push(currentTraceparent())
      return Promise.resolve()
    },
  }
  async function start(rate: number | undefined): Promise<void> {
    const configuration = `apiVersion: apiserver.config.k8s.io/v1\nkind: TracingConfiguration\nendpoint: ${await collector.listen()}\n`
    server = new ApiServer({
      ...standaloneOptions(directory),
      admission: [watching],
      tokenAuthFile: file('tokens', 'admin,root,,system:masters\nalice,alice,,\n'),
      ...(rate === undefined
        ? {}
        : { tracingConfigFile: file('tracing.yaml', `${configuration}samplingRatePerMillion: ${String(rate)}\n`) }),
    })
    await server.listen()
  }
  const send = (method: string, path: string, headers: Record<string, string>, body?: object): Promise<number> =>
    new Promise((resolve, reject) => {
      const all = { 'content-type': 'application/json', ...headers }
      request(`${server.url}${path}`, { method, headers: all, rejectUnauthorized: false, agent: false }, (response) => {
        response.resume().on('close', () => {
          resolve(response.statusCode ?? 0)
        })
      })
        .on('error', reject)
        .end(body && JSON.stringify(body))
    })
  const admin = (flags: string): Record<string, string> => ({
    authorization: 'Bearer admin',
    traceparent: `00-${traceId}-${spanId}-${flags}`,
    'audit-id': 'my-id',
  })
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }

  it('go on where kube-apiserver’s end: a span of the request, and below it those of the store', async () => {
    await start(0)
    expect(await send('POST', '/api/v1/namespaces?fieldManager=m', admin('01'), namespace)).to.equal(201)
    await server.close()
    const request = collector.spans.find(({ name }) => name === 'POST /api/v1/namespaces')
    expect(request).to.deep.include({ trace: traceId, parent: spanId, kind: 2, link: '' })
    expect(request?.attributes).to.deep.include({
      'audit-id': 'my-id',
      'http.target': '/api/v1/namespaces?fieldManager=m',
      'http.request.method': 'POST',
      'http.response.status_code': 201,
    })
    const create = collector.spans.find(({ name }) => name === 'Create etcd3')
    expect(create).to.deep.include({ trace: traceId, parent: request?.id, kind: 1 })
    expect(create?.attributes).to.deep.include({ resource: 'namespaces' })
    // What admission asks of others would go on with it.
    expect(seen).to.deep.equal([`00-${traceId}-${String(request?.id)}-01`])
  })

  it('are not kept where the caller does not keep them, nor begun where the rate is 0', async () => {
    await start(0)
    await send('POST', '/api/v1/namespaces', admin('00'), namespace)
    await send('GET', '/api/v1/namespaces', { authorization: 'Bearer admin' })
    await server.close()
    expect(collector.spans).to.deep.equal([])
  })

  it('of somebody who is not trusted are new ones, that know of the other', async () => {
    await start(1_000_000)
    await send('GET', '/api/v1/namespaces/x', { ...admin('00'), authorization: 'Bearer alice' })
    await server.close()
    const [span, ...others] = collector.spans
    expect(others).to.deep.equal([])
    expect(span).to.deep.include({
      name: 'GET /api/v1/namespaces/{:namespace}/namespaces/{:name}',
      parent: '',
      link: traceId,
    })
    expect(span?.trace).to.not.equal(traceId)
  })

  it('without a configuration are passed on as they are', async () => {
    await start(undefined)
    await send('POST', '/api/v1/namespaces', admin('01'), namespace)
    await send(
      'POST',
      '/api/v1/namespaces',
      { authorization: 'Bearer admin' },
      { ...namespace, metadata: { name: 'b' } },
    )
    expect(seen).to.deep.equal([`00-${traceId}-${spanId}-01`, undefined])
  })
})

describe('readTracingConfiguration', () => {
  let directory: string
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'tracing-'))))
  afterEach(() => {
    rmSync(directory, { recursive: true })
  })
  const read = (text: string): ReturnType<typeof readTracingConfiguration> => {
    writeFileSync(
      join(directory, 'c.yaml'),
      `apiVersion: apiserver.config.k8s.io/v1\nkind: TracingConfiguration\n${text}`,
    )
    return readTracingConfiguration(join(directory, 'c.yaml'))
  }

  it('knows Go’s defaults', () => {
    expect(read('')).to.deep.equal({ endpoint: 'localhost:4317', samplingRatePerMillion: 0 })
  })
  it('refuses what Go refuses', () => {
    expect(() => read('samplingRatePerMillion: -1')).to.throw('sampling rate must be positive')
    expect(() => read('samplingRatePerMillion: 1000001')).to.throw('less than or equal to one million')
    expect(() => read('endpoint: http://a:1')).to.throw('unsupported scheme: http')
    expect(() => read('rate: 1')).to.throw('unknown field "rate"')
    expect(() => readTracingConfiguration(join(directory, 'none'))).to.throw('--tracing-config-file')
  })
})
