import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { MemoryBackend } from '../storage/backends/memory/index.ts'
import { ApiServer } from './api-server.ts'

describe('the deprecated path of a watch of one object', () => {
  const certDir = mkdtempSync(join(tmpdir(), 'watch-paths-'))
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

  async function get(path: string): Promise<{ code: number | undefined; text: string }> {
    const outgoing = request(`${server.url}${path}`, { ...tls, agent: false })
    outgoing.end()
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    let text = ''
    for await (const chunk of response) text += String(chunk)
    return { code: response.statusCode, text }
  }

  const watch = (selector = ''): ReturnType<typeof get> =>
    get(`/api/v1/watch/namespaces/default?timeoutSeconds=1&fieldSelector=${encodeURIComponent(selector)}`)

  it('means metadata.name, and a selector may say so, too', async () => {
    for (const selector of ['', 'metadata.name=default', 'metadata.name=default,metadata.name!=other']) {
      const { code, text } = await watch(selector)
      expect(code, selector).to.equal(200)
      for (const line of text.split('\n').filter(Boolean)) expect(line).to.include('"name":"default"')
    }
  })

  it('refuses every other selector', async () => {
    for (const selector of ['metadata.name=other', 'metadata.name!=other', 'metadata.name!=default']) {
      const { code, text } = await watch(selector)
      expect(code, selector).to.equal(400)
      expect(text).to.include("fieldSelector metadata.name doesn't match requested name")
    }
  })

  it('refuses fields that nobody knows first', async () => {
    const { code, text } = await watch('foo=bar')
    expect(code).to.equal(400)
    expect(text).to.include('foo').and.not.include('requested name')
  })
})
