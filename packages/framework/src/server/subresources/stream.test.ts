import { once } from 'node:events'
import { connect as connectHttp2, constants } from 'node:http2'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import WebSocket from 'ws'
import type { RequestContext } from '../../request/context.ts'
import { StreamSubresource } from '../../registry/stream-subresource.ts'
import type { OptionsOf } from '../../registry/subresource.ts'
import { Type } from '../../schema/type-helpers.ts'
import { json, Lab, type Machine } from './fixture.test.ts'

const LogOptions = Type.Object({
  follow: Type.Boolean({ default: false, description: 'Go on until the client is gone.' }),
  tailLines: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
  since: Type.Optional(Type.String({ pattern: '^[0-9]+s$' })),
  rate: Type.Number({ default: 1 }),
  fail: Type.Boolean({ default: false }),
  level: Type.Optional(Type.Array(Type.String(), { maxItems: 2 })),
})
type LogOptions = OptionsOf<typeof LogOptions>

class Log extends StreamSubresource<Machine, LogOptions> {
  readonly name = 'log'
  readonly options = LogOptions
  override readonly contentType = 'text/plain'
  produced = 0
  aborted = 0
  returned = 0

  async stream(name: string, options: LogOptions, ctx: RequestContext): Promise<AsyncIterable<string> | undefined> {
    await this.parentOf(name, ctx)
    return options.tailLines === 0 ? undefined : this.#lines(options, ctx.signal)
  }

  async *#lines(options: LogOptions, signal: AbortSignal): AsyncGenerator<string> {
    signal.addEventListener('abort', () => this.aborted++)
    try {
      yield `${JSON.stringify({ ...options, apiVersion: undefined, kind: undefined, metadata: undefined })}\n`
      for (let i = 0; options.follow; i++) {
        this.produced++
        yield options.rate > 1 ? 'x'.repeat(64 * 1024) : `line ${String(i)}\n`
        if (options.rate <= 1) await delay(20)
      }
      if (options.fail) throw new Error('the disk is gone')
    } finally {
      this.returned++
    }
  }
}

describe('StreamSubresource', () => {
  const log = new Log()
  const lab = new Lab([log], { requestTimeoutSeconds: 1 })
  before(() => lab.start())
  after(() => lab.stop())

  it('answers bytes, with options from the query', async () => {
    const answer = await lab.send('/one/log?tailLines=7&level=a&level=b&unknown=1')
    expect([answer.code, answer.headers['content-type'], answer.headers['transfer-encoding']]).to.deep.equal([
      200,
      'text/plain',
      'chunked',
    ])
    expect(json(answer)).to.deep.equal({ follow: false, tailLines: 7, rate: 1, fail: false, level: ['a', 'b'] })
  })

  it('answers whatever Accept says', async () => {
    expect((await lab.send('/one/log', { headers: { accept: 'text/plain' } })).code).to.equal(200)
  })

  for (const [query, text] of [
    ['tailLines=x', 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['tailLines=-1', 'tailLines: Invalid value: -1: tailLines in body should be greater than or equal to 0'],
    ['since=x', 'since: Invalid value: "x": since in body should match \'^[0-9]+s$\''],
    ['rate=fast', 'strconv.ParseFloat: parsing "fast": invalid syntax'],
    ['level=a&level=b&level=c', 'level: Too many: 3: must have at most 2 items'],
  ] as const)
    it(`answers 400 to ${query}`, async () => {
      const answer = await lab.send(`/one/log?${query}`)
      expect([answer.code, json(answer).message]).to.deep.equal([400, text])
    })

  it('answers 404 for an object that is not there, and for paths below', async () => {
    expect((await lab.send('/two/log')).code).to.equal(404)
    expect((await lab.send('/one/log/more')).code).to.equal(404)
  })

  it('answers 204 where there is no stream', async () => {
    const answer = await lab.send('/one/log?tailLines=0')
    expect([answer.code, answer.text]).to.deep.equal([204, ''])
  })

  it('goes on beyond the deadline of requests, and hears when the client is gone', async () => {
    const [aborted, returned] = [log.aborted, log.returned]
    const response = await lab.begin('/one/log?follow')
    let text = ''
    response.on('data', (chunk: Buffer) => (text += chunk.toString()))
    response.on('error', () => undefined)
    await delay(1500)
    expect(text).to.include('line 30\n')
    response.destroy()
    while (log.returned === returned) await delay(10)
    expect(log.aborted).to.equal(aborted + 1)
  })

  it('produces no more than the client takes', async () => {
    const returned = log.returned
    const response = await lab.begin('/one/log?follow=true&rate=2')
    response.pause()
    let before = -1
    while (before !== log.produced) {
      before = log.produced
      await delay(200)
    }
    expect(log.produced).to.be.below(1000)
    response.on('error', () => undefined)
    response.destroy()
    while (log.returned === returned) await delay(10)
  })

  it('cuts the connection when the stream fails', async () => {
    const response = await lab.begin('/one/log?fail=1')
    let failure: unknown
    try {
      for await (const _ of response);
    } catch (error) {
      failure = error
    }
    expect(failure).to.have.property('code', 'ECONNRESET')
  })

  it('streams over HTTP/2', async () => {
    const session = connectHttp2(lab.server.url, lab.tls)
    try {
      const path = new URL(lab.url('/one/log?follow=1')).pathname
      const stream = session.request({ ':path': `${path}?follow=1` })
      const [chunk] = (await once(stream, 'data')) as [Buffer]
      expect(chunk.toString()).to.include('"follow":true')
      const returned = log.returned
      stream.close(constants.NGHTTP2_CANCEL)
      while (log.returned === returned) await delay(10)
    } finally {
      session.destroy()
    }
  })

  it('speaks WebSocket: binary, or text of base64', async () => {
    const open = async (protocols: string[]): Promise<string> => {
      const socket = new WebSocket(lab.url('/one/log').replace('https', 'wss'), protocols, lab.tls)
      const messages: string[] = []
      socket.on('message', (data, binary) =>
        messages.push(`${binary ? 'binary' : 'text'} ${(data as Buffer).toString()}`),
      )
      const [code] = (await once(socket, 'close')) as [number]
      return [socket.protocol, code, messages.length, messages[0], messages[1]?.slice(0, 20)].join('|')
    }
    expect(await open([])).to.equal('|1000|2|binary |binary {"follow":fal')
    expect(await open(['other', 'binary.k8s.io'])).to.match(/^binary\.k8s\.io\|1000\|2\|binary /)
    expect(await open(['base64.binary.k8s.io'])).to.equal('base64.binary.k8s.io|1000|2|text |text eyJmb2xsb3ciOmZ')
    const refused = new WebSocket(lab.url('/one/log').replace('https', 'wss'), ['v9'], lab.tls)
    const [, response] = (await once(refused, 'unexpected-response')) as [unknown, { statusCode: number }]
    expect(response.statusCode).to.equal(403)
  })

  it('is a get of the resource in discovery and OpenAPI', async () => {
    const discovery = json(await lab.send('/apis/lab.example.com/v1')) as { resources: { name: string }[] }
    expect(discovery.resources.find(({ name }) => name === 'machines/log')).to.deep.equal({
      name: 'machines/log',
      singularName: '',
      namespaced: true,
      kind: 'Machine',
      verbs: ['get'],
    })
    const document = json(await lab.send('/openapi/v3/apis/lab.example.com/v1')) as {
      paths: Record<string, { get: { operationId: string; parameters: { name: string; schema: { type: string } }[] } }>
    }
    const path = document.paths['/apis/lab.example.com/v1/namespaces/{namespace}/machines/{name}/log']
    expect(path?.get.operationId).to.equal('readLabExampleComV1NamespacedMachineLog')
    expect(JSON.stringify(path)).to.include('"description":"Go on until the client is gone."')
  })
})
