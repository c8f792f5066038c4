import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { expect } from 'chai'
import { MemoryBackend } from '../storage/backends/memory/index.ts'
import { ApiServer } from './api-server.ts'

const namespaces = '/api/v1/namespaces'
const watchList =
  'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1'

describe('the compression of a watch', () => {
  const certDir = mkdtempSync(join(tmpdir(), 'watch-compression-'))
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

  async function send(path: string, headers: Record<string, string> = {}, body?: unknown): Promise<IncomingMessage> {
    const method = body === undefined ? 'GET' : 'POST'
    const outgoing = request(`${server.url}${path}`, { ...tls, agent: false, method, headers })
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    return response
  }

  const createNamespace = async (name: string): Promise<void> => {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    const response = await send(namespaces, { 'content-type': 'application/json' }, body)
    expect(response.statusCode).to.equal(201)
    response.resume()
  }

  it('is there for a list by watch: readable event by event', async () => {
    const response = await send(`${namespaces}?${watchList}`, { 'accept-encoding': 'deflate, gzip' })
    expect(response.headers).to.include({
      'content-encoding': 'gzip',
      'content-type': 'application/json',
      vary: 'Accept-Encoding',
    })
    let text = ''
    const raw: Buffer[] = []
    response.on('data', (chunk: Buffer) => raw.push(chunk))
    const plain = response.pipe(createGunzip()).setEncoding('utf8')
    plain.on('data', (chunk: string) => (text += chunk))
    const end = once(plain, 'end')
    const has = async (part: string): Promise<void> => {
      while (!text.includes(part)) await once(plain, 'data')
    }
    await has('"k8s.io/initial-events-end":"true"')
    await createNamespace('later')
    await has('"name":"later"')
    await end
    expect(Buffer.concat(raw).indexOf(Buffer.from([0x1f, 0x8b, 8]), 1), 'a second member').to.equal(-1)
    const types = text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type)
    expect(types.slice(-2)).to.deep.equal(['BOOKMARK', 'ADDED'])
  })

  for (const [what, query, encoding] of [
    ['a watch that is no list', 'watch=1&allowWatchBookmarks=true&resourceVersion=1&timeoutSeconds=1', 'gzip'],
    ['a list by watch without a bookmark at its end', watchList.replace('allowWatchBookmarks=true&', ''), 'gzip'],
    ['a client that does not take it', watchList, 'identity'],
  ] as const)
    it(`is not there for ${what}`, async () => {
      const response = await send(`${namespaces}?${query}`, { 'accept-encoding': encoding })
      expect(response.statusCode).to.equal(200)
      expect(response.headers).to.not.have.any.keys('content-encoding', 'vary')
      response.resume()
      await once(response, 'end')
    })
})
