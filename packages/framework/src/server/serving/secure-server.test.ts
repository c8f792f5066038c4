import { once } from 'node:events'
import { request } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { expect } from 'chai'
import { Depot } from '../requests/fixture.test.ts'

/** A ClientHello (TLS 1.2) whose only extension is server_name with the given bytes. */
function clientHello(name: Buffer): Buffer {
  const u16 = (n: number): Buffer => Buffer.from([n >> 8, n & 255])
  const sized = (bytes: Buffer): Buffer => Buffer.concat([u16(bytes.length), bytes])
  const entry = Buffer.concat([Buffer.from([0]), sized(name)])
  const extensions = sized(Buffer.concat([u16(0), sized(sized(entry))]))
  const suites = sized(Buffer.from('c02fc030009c', 'hex'))
  const body = Buffer.concat([Buffer.from('0303', 'hex'), Buffer.alloc(32, 7), Buffer.from([0]), suites])
  const hello = Buffer.concat([body, Buffer.from([1, 0]), extensions])
  const handshake = Buffer.concat([Buffer.from([1, 0]), sized(hello)])
  return Buffer.concat([Buffer.from('160301', 'hex'), sized(handshake)])
}

describe('SecureServer', () => {
  let depot: Depot
  before(() => (depot = new Depot()).start())
  after(() => depot.stop())
  const port = (): number => Number(new URL(depot.server.url).port)

  it('keeps an idle connection of HTTP/1.1 longer than the 90 s for which Go keeps it', async () => {
    const options = { rejectUnauthorized: false, agent: false as const, headers: { connection: 'keep-alive' } }
    const outgoing = request(`${depot.server.url}/healthz`, options).end()
    const [answer] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage]
    expect(answer.headers['keep-alive']).to.equal('timeout=95')
    expect(answer.resume().headers.connection).to.equal('keep-alive')
    outgoing.destroy()
  })

  it('survives names of servers that are none, and handshakes that are none (CVE-2026-21637)', async () => {
    const names = [
      '',
      '\0',
      'a\0b',
      '..',
      '*.a',
      'x'.repeat(300),
      'ü.example',
      '[::1]',
      '__proto__',
      'constructor',
      '\xff\xfe',
    ]
    const odd = names.map((name) => clientHello(Buffer.from(name, 'latin1')))
    const broken = [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from('1603010005010000', 'hex'),
      Buffer.alloc(70_000, 0x16),
    ]
    for (const bytes of [...odd, ...broken]) {
      const socket = connectTcp(port(), '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      socket.write(bytes)
      // An answer, or the end, or neither until the time for handshakes is over.
      await new Promise((resolve) => {
        for (const event of ['data', 'close']) socket.once(event, resolve)
        setTimeout(resolve, 300)
      })
      socket.destroy()
    }
    expect((await depot.send('GET', '/healthz')).code).to.equal(200)
  })

  it('holds on to no connection that comes and goes, with a certificate or half-way through (CVE-2025-59464)', async function () {
    this.timeout(60_000)
    const { cert, key } = depot.identity
    const options: ConnectionOptions = { port: port(), host: '127.0.0.1', rejectUnauthorized: false, cert, key }
    const visit = async (half: boolean): Promise<void> => {
      const socket: TLSSocket = connect({ ...options, ALPNProtocols: [half ? 'h2' : 'http/1.1'] })
      socket.on('error', () => undefined)
      if (!half) await once(socket, 'secureConnect')
      else await once(socket, 'connect')
      socket.destroy()
    }
    const rounds = async (count: number): Promise<number> => {
      for (let i = 0; i < count; i++) await visit(i % 4 === 0)
      globalThis.gc?.()
      return process.memoryUsage().rss
    }
    await rounds(200)
    const before = await rounds(200)
    expect((await rounds(400)) - before).to.be.below(32 * 1024 * 1024)
    expect((await depot.send('GET', '/healthz')).code).to.equal(200)
  })
})
