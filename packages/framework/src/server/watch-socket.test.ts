import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request, type RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import WebSocket from 'ws'
import { MemoryBackend } from '../storage/backends/memory/index.ts'
import { decodeProtobuf } from '../endpoints/negotiation/protobuf/index.ts'
import { ApiServer } from './api-server.ts'

interface Event {
  readonly type: string
  readonly object: { readonly kind: string; readonly code?: number; readonly metadata: { readonly name?: string } }
}

const namespaces = '/api/v1/namespaces'
const protobuf = 'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'

describe('a watch through a WebSocket', () => {
  const certDir = mkdtempSync(join(tmpdir(), 'watch-socket-'))
  let server: ApiServer
  let tls: { cert: Buffer; key: Buffer; ca: Buffer }
  before(async () => {
    server = new ApiServer({ backend: new MemoryBackend(), securePort: 0, bindAddress: '127.0.0.1', certDir })
    await server.listen()
    const file = (name: string): Buffer => readFileSync(join(certDir, name))
    tls = { cert: file('admin.crt'), key: file('admin.key'), ca: file('ca.crt') }
  })
  after(async () => {
    await server.close()
    rmSync(certDir, { recursive: true })
  })

  function open(path: string, options: { accept?: string; protocols?: string[] } = {}): WebSocket {
    const headers = options.accept === undefined ? {} : { accept: options.accept }
    return new WebSocket(`${server.url}${path}`.replace('https', 'wss'), options.protocols ?? [], { ...tls, headers })
  }

  async function send(path: string, options: RequestOptions, body?: unknown): Promise<{ code: number; text: string }> {
    const outgoing = request(`${server.url}${path}`, { ...tls, agent: false, ...options })
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    const [response] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream & { statusCode: number }]
    let text = ''
    for await (const chunk of response) text += String(chunk)
    return { code: response.statusCode, text }
  }

  const createNamespace = (name: string): Promise<unknown> =>
    send(
      namespaces,
      { method: 'POST', headers: { 'content-type': 'application/json' } },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    )

  /** Messages until there are as many. */
  async function messages(socket: WebSocket, count: number): Promise<{ data: Buffer; binary: boolean }[]> {
    const found: { data: Buffer; binary: boolean }[] = []
    while (found.length < count) {
      const [data, binary] = (await once(socket, 'message')) as [Buffer, boolean]
      found.push({ data, binary })
    }
    return found
  }

  it('sends one text message for each event, and ends with code 1000', async () => {
    const socket = open(`${namespaces}?watch=1&resourceVersion=0&timeoutSeconds=2&fieldSelector=metadata.name=texts`)
    const closed = once(socket, 'close')
    await once(socket, 'open')
    const events = messages(socket, 1)
    await createNamespace('texts')
    const [first] = await events
    expect(first?.binary).to.equal(false)
    const event = JSON.parse(String(first?.data)) as Event
    expect([event.type, event.object.kind, event.object.metadata.name]).to.deep.equal(['ADDED', 'Namespace', 'texts'])
    expect((await closed)[0]).to.equal(1000)
  })

  it('sends protobuf as binary messages, without lengths before them', async () => {
    const socket = open(`${namespaces}?watch=1&fieldSelector=metadata.name=binaries`, { accept: protobuf })
    await once(socket, 'open')
    const events = messages(socket, 1)
    await createNamespace('binaries')
    const [first] = await events
    expect(first?.binary).to.equal(true)
    const data = first?.data ?? Buffer.alloc(0)
    // WatchEvent: field 1 the type, field 2 a RawExtension whose field 1 is the object.
    expect(data.subarray(0, 7).toString('latin1')).to.equal('\x0a\x05ADDED')
    const object = data.subarray(data.indexOf('k8s\0'))
    expect(decodeProtobuf(object, { apiVersion: '', kind: '' })).to.have.nested.property('metadata.name', 'binaries')
    socket.terminate()
  })

  it('sends a failure as its last event', async () => {
    const socket = open(
      `${namespaces}?watch=1&resourceVersion=999999&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
    )
    const closed = once(socket, 'close')
    const [only] = await messages(socket, 1)
    const event = JSON.parse(String(only?.data)) as Event
    expect([event.type, event.object.kind, event.object.code]).to.deep.equal(['ERROR', 'Status', 504])
    await closed
  })

  it('answers a refused watch as any other request', async () => {
    const socket = open(`${namespaces}?watch=1&labelSelector=a%20b%20c`)
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
    expect(response.statusCode).to.equal(400)
  })

  it('takes a protocol that is offered, but no token for one', async () => {
    const token = 'base64url.bearer.authorization.k8s.io.YQ'
    const socket = open(`${namespaces}?watch=1`, { protocols: [token, 'base64.binary.k8s.io'] })
    await once(socket, 'open')
    expect(socket.protocol).to.equal('base64.binary.k8s.io')
    socket.terminate()
  })

  it('reads nothing that the client says, and stops when it goes', async () => {
    const socket = open(`${namespaces}?watch=1&fieldSelector=metadata.name=said`)
    await once(socket, 'open')
    socket.send('anything')
    const events = messages(socket, 1)
    await createNamespace('said')
    await events
    socket.close()
    await once(socket, 'close')
  })

  it('answers 400 to a wrong handshake', async () => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }
    expect((await send(`${namespaces}?watch=1`, { headers })).code).to.equal(400)
  })

  it('answers requests that ask for another protocol, or for no watch, as it answers them without', async () => {
    const headers = { connection: 'Upgrade', upgrade: 'h2c' }
    const plain = await send(`${namespaces}/default`, { headers })
    expect(plain.code).to.equal(200)
    expect(JSON.parse(plain.text)).to.have.nested.property('metadata.name', 'default')
    const watch = await send(`${namespaces}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name=default`, { headers })
    expect(watch.text).to.match(/^\{"type":"ADDED"/)
  })
})
