import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { Client, KubeConfig } from '../client/index.ts'
import { MemoryBackend } from '../storage/backends/memory/index.ts'
import { ApiServer } from './api-server.ts'

const mebibyte = 1024 * 1024
const objects = 300
const objectBytes = 64 * 1024
const watchers = 30

describe('watches whose clients read nothing', () => {
  const certDir = mkdtempSync(join(tmpdir(), 'watch-stalled-'))
  let server: ApiServer
  let client: Client
  const opened: ClientRequest[] = []
  before(async () => {
    const writeKubeconfig = join(certDir, 'kubeconfig')
    const options = { securePort: 0, bindAddress: '127.0.0.1', certDir, writeKubeconfig }
    server = new ApiServer({ backend: new MemoryBackend(), ...options })
    await server.listen()
    client = new Client(KubeConfig.load(writeKubeconfig))
    const annotations = { payload: 'x'.repeat(objectBytes) }
    for (let n = 0; n < objects; n++) {
      const metadata = { name: `large-${String(n)}`, annotations }
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata }
      await client.request({ method: 'POST', path: '/api/v1/namespaces', body })
    }
  })
  after(async () => {
    for (const each of opened) each.destroy()
    client.close()
    await server.close()
    rmSync(certDir, { recursive: true })
  })

  async function open(): Promise<IncomingMessage> {
    const [cert, key, ca] = ['admin.crt', 'admin.key', 'ca.crt'].map((name) => readFileSync(join(certDir, name)))
    const outgoing = request(`${server.url}/api/v1/namespaces?watch=1`, { cert, key, ca, agent: false })
    opened.push(outgoing)
    outgoing.on('error', () => undefined).end()
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    return response.pause()
  }

  const held = (): number => {
    globalThis.gc?.()
    return process.memoryUsage().arrayBuffers
  }

  it(`hold little of a state of ${String(Math.round((objects * objectBytes) / mebibyte))} MiB, and get all of it when they read on`, async function () {
    this.timeout(60_000)
    const before = held()
    const responses: IncomingMessage[] = []
    for (let n = 0; n < watchers; n++) responses.push(await open())
    await sleep(1000)
    // Each would hold all of it, encoded and encrypted: about 1 GiB
    expect((held() - before) / mebibyte).to.be.lessThan(300)
    const [first] = responses
    let lines = 0
    first?.on('data', (chunk: Buffer) => {
      for (const byte of chunk) if (byte === 10) lines++
    })
    first?.resume()
    const deadline = Date.now() + 20_000
    while (lines < objects && Date.now() < deadline) await sleep(20)
    expect(lines).to.be.at.least(objects)
  })
})
