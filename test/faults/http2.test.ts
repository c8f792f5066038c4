import { connect as connectTls, type SecureVersion, type TLSSocket } from 'node:tls'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { once } from 'node:events'
import { expect } from 'chai'
import { ExampleServer } from '../harness/example-server.ts'
import { Http2Client } from '../harness/http2-client.ts'
import {
  frame,
  framesIn,
  frameTypes,
  literal,
  preface,
  RawConnection,
  requestBlock,
} from '../harness/raw-connection.ts'

const flunders = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders'
const [endStream, endHeaders] = [1, 4]
const megabyte = 1024 * 1024

describe('HTTP/2 that nobody should send', function () {
  this.timeout(60_000)
  let server: ExampleServer
  let client: Http2Client
  const open: RawConnection[] = []
  before(async () => {
    server = await ExampleServer.start('sample-apiserver', { args: ['--request-timeout', '2s'] })
    client = new Http2Client(server.url, server.credentials)
    // So that what it takes to run at all does not count as growth.
    for (let i = 0; i < 300; i++) await client.send('GET', flunders)
  })
  afterEach(async () => {
    for (const connection of open.splice(0)) connection.close()
    expect((await server.get('/readyz')).status).to.equal(200)
  })
  after(async () => {
    client.close()
    await server.stop()
  })

  async function session(identified = false): Promise<RawConnection> {
    const raw = await RawConnection.open(server.port, 'h2', identified ? server.credentials : undefined)
    open.push(raw)
    raw.write(Buffer.concat([preface, frame('settings', 0, 0), frame('settings', 1, 0)]))
    return raw
  }
  const memory = (): number => {
    const status = readFileSync(`/proc/${String(server.child.pid)}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024
  }
  const goaway = (raw: RawConnection): boolean => framesIn(raw.received).some(({ type }) => type === frameTypes.goaway)
  const codeIn = (raw: RawConnection, type: 'goaway' | 'rstStream'): number | undefined =>
    framesIn(raw.received)
      .find((each) => each.type === frameTypes[type])
      ?.payload.readUInt32BE(type === 'goaway' ? 4 : 0)
  const get = (stream: number, path = '/healthz', more: readonly (readonly [string, string])[] = []): Buffer =>
    frame('headers', endStream | endHeaders, stream, requestBlock('GET', path, more))
  const cancel = (stream: number): Buffer => frame('rstStream', 0, stream, Buffer.from([0, 0, 0, 8]))
  /** A flood, in portions, until the server ends the session or everything was sent. */
  async function flood(raw: RawConnection, count: number, each: (i: number) => Buffer): Promise<number> {
    const portion = 500
    for (let i = 0; i < count; i += portion) {
      raw.write(Buffer.concat(Array.from({ length: portion }, (_, k) => each(i + k))))
      await new Promise((resolve) => setImmediate(resolve))
      if (raw.isClosed || goaway(raw)) return i + portion
    }
    await raw.until(() => goaway(raw), 2000)
    return count
  }
  const lists = async (): Promise<number> =>
    Number(/^apiserver_request_total\{verb="LIST".*\} (\d+)$/m.exec((await server.get('/metrics')).body)?.[1])
  /** What others get meanwhile. */
  async function slowest(during: Promise<unknown>): Promise<number> {
    let going = true
    const end = during.finally(() => (going = false))
    const times: number[] = []
    while (going as boolean) {
      const begin = performance.now()
      expect((await client.send('GET', '/healthz')).status).to.equal(200)
      times.push(performance.now() - begin)
    }
    await end
    return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0
  }

  it('rapid reset: the session is told to go after 200, and others are served (CVE-2023-44487)', async () => {
    const before = memory()
    const raw = await session(true)
    const listsBefore = await lists()
    const attack = flood(raw, 20_000, (i) => Buffer.concat([get(1 + 2 * i, flunders), cancel(1 + 2 * i)]))
    expect(await slowest(attack)).to.be.lessThan(2000)
    expect(await raw.until(() => goaway(raw), 1000), 'GOAWAY').to.equal(true)
    const begun = (await lists()) - listsBefore
    console.log(`      ${String(begun)} of 20000 were begun`)
    expect(begun).to.be.lessThan(5000)
    expect(memory() - before).to.be.lessThan(64 * megabyte)
  })

  it('rapid reset by connections without end: memory stays', async () => {
    const before = memory()
    for (let round = 0; round < 10; round++) {
      const raw = await session(true)
      await flood(raw, 1000, (i) => Buffer.concat([get(1 + 2 * i, flunders), cancel(1 + 2 * i)]))
      raw.close()
    }
    expect(memory() - before).to.be.lessThan(96 * megabyte)
  })

  it('CONTINUATION without end: the session ends (CVE-2023-45288)', async () => {
    const before = memory()
    const raw = await session()
    raw.write(frame('headers', endStream, 1, requestBlock('GET', '/healthz')))
    const block = Buffer.concat(Array.from({ length: 200 }, (_, i) => literal(`x-${String(i)}`, 'y'.repeat(64))))
    const sent = await flood(raw, 5000, () => frame('continuation', 0, 1, block))
    expect(await raw.until(() => goaway(raw), 2000), 'the session ends').to.equal(true)
    expect(sent).to.be.lessThan(5000)
    expect(memory() - before).to.be.lessThan(32 * megabyte)
  })

  for (const [what, bytes] of [
    ['PING', () => frame('ping', 0, 0, Buffer.alloc(8))],
    ['SETTINGS', () => frame('settings', 0, 0)],
    [
      'SETTINGS with many entries',
      () => frame('settings', 0, 0, Buffer.alloc(6 * 1000, Buffer.from([0, 4, 0, 0, 255, 255]))),
    ],
    [
      'empty DATA',
      (i: number) => (i === 0 ? frame('headers', endHeaders, 1, requestBlock('POST', flunders)) : frame('data', 0, 1)),
    ],
    ['PRIORITY', () => Buffer.concat([Buffer.from([0, 0, 5, 2, 0, 0, 0, 0, 3]), Buffer.alloc(5)])],
  ] as const)
    it(`${what} without end, answers not read: memory is bounded, others are served (CVE-2019-9512, 9515, 9518)`, async () => {
      const before = memory()
      const raw = await session()
      raw.socket.pause()
      const attack = flood(raw, what.includes('many') ? 5000 : 50_000, bytes)
      expect(await slowest(attack)).to.be.lessThan(1000)
      expect(memory() - before).to.be.lessThan(64 * megabyte)
    })

  it('a window that overflows ends the stream', async () => {
    const raw = await session()
    raw.write(frame('headers', endHeaders, 1, requestBlock('POST', flunders)))
    const most = Buffer.from([0x7f, 0xff, 0xff, 0xff])
    raw.write(Buffer.concat([frame('windowUpdate', 0, 1, most), frame('windowUpdate', 0, 0, most)]))
    expect(await raw.until(() => goaway(raw) || codeIn(raw, 'rstStream') !== undefined, 2000)).to.equal(true)
    expect(codeIn(raw, 'goaway') ?? codeIn(raw, 'rstStream')).to.equal(3)
  })

  it('a window of nothing: answers are held no longer than a request may take', async () => {
    const text = JSON.stringify({
      apiVersion: 'wardle.example.com/v1alpha1',
      kind: 'Flunder',
      metadata: { name: 'large', annotations: { a: 'x'.repeat(200_000) } },
    })
    expect((await server.send('POST', flunders, text)).status).to.equal(201)
    const before = memory()
    const raw = await session(true)
    // SETTINGS_INITIAL_WINDOW_SIZE 0
    raw.write(frame('settings', 0, 0, Buffer.from([0, 4, 0, 0, 0, 0])))
    raw.write(Buffer.concat(Array.from({ length: 300 }, (_, i) => get(1 + 2 * i, flunders))))
    await new Promise((resolve) => setTimeout(resolve, 3500))
    const resets = framesIn(raw.received).filter(({ type }) => type === frameTypes.rstStream)
    expect(resets).to.have.length(300)
    const { body } = await server.get('/metrics')
    expect(body).to.include('apiserver_current_inflight_requests{request_kind="readOnly"} 1\n')
    expect(memory() - before).to.be.lessThan(200 * megabyte)
  })

  it('a body without end does not keep its stream after the answer', async () => {
    const raw = await session()
    raw.write(frame('headers', endHeaders, 1, requestBlock('POST', flunders)))
    expect(await raw.until(() => codeIn(raw, 'rstStream') !== undefined, 2000), 'RST_STREAM').to.equal(true)
    expect(codeIn(raw, 'rstStream')).to.equal(0)
    // To a Go client a reset before the end of the answer is an error, and kube-apiserver passes that on as a broken connection.
    const last = framesIn(raw.received).filter(({ stream }) => stream === 1)
    expect(last.at(-1)?.type).to.equal(frameTypes.rstStream)
    expect((last.at(-2)?.flags ?? 0) & endStream, 'END_STREAM before it').to.equal(endStream)
  })

  it('a block of headers beyond a megabyte is refused, hundreds of groups are not', async () => {
    const groups = Array.from({ length: 600 }, (_, i) => ['impersonate-group', `group-${String(i)}`] as const)
    const raw = await session(true)
    const block = requestBlock('GET', flunders, [['impersonate-user', 'jane'], ...groups])
    raw.write(frame('headers', endStream | endHeaders, 1, block.subarray(0, 16_000)).fill(endStream, 4, 5))
    raw.write(frame('continuation', endHeaders, 1, block.subarray(16_000)))
    expect(
      await raw.until(() => framesIn(raw.received).some(({ type }) => type === frameTypes.headers), 2000),
    ).to.equal(true)
    expect(codeIn(raw, 'goaway') ?? codeIn(raw, 'rstStream')).to.equal(undefined)
  })

  it('no identity comes of headers in odd spellings', async () => {
    const raw = await session()
    const spoofed = [
      ['x-remote-user', 'admin'],
      ['x-remote-group', 'system:masters'],
      ['x_remote_user', 'admin'],
    ] as const
    raw.write(get(1, flunders, spoofed))
    raw.write(
      get(3, flunders, [
        ['X-Remote-User', 'admin'],
        ['X-Remote-Group', 'system:masters'],
      ]),
    )
    raw.write(get(5, flunders, [['x-remote-user ', 'admin']]))
    await raw.until(() => false, 500)
    // 8.. are HPACK's indexes of 200, 204, 206; a 403 is a literal.
    for (const { type, payload } of framesIn(raw.received))
      if (type === frameTypes.headers) expect(payload[0]).to.not.equal(0x88)
  })

  it('half a handshake does not last', async () => {
    const sockets = Array.from({ length: 50 }, () => connect(server.port, '127.0.0.1'))
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    const begin = performance.now()
    const ends = sockets.map((socket) => once(socket.on('error', () => undefined).resume(), 'close'))
    for (const socket of sockets) socket.write(Buffer.from('1603010200', 'hex'))
    await Promise.all(ends)
    expect(performance.now() - begin).to.be.within(8000, 13_000)
  })

  it('speaks TLS 1.2 and 1.3 alone, and does not renegotiate', async () => {
    const session = async (version: SecureVersion): Promise<TLSSocket | undefined> => {
      const { port } = server
      const options = { port, host: '127.0.0.1', rejectUnauthorized: false, minVersion: version, maxVersion: version }
      // What is refused here must not be this client's own refusal.
      const socket = connectTls({ ...options, ciphers: 'ALL:@SECLEVEL=0' })
      return new Promise((resolve) => {
        socket.once('secureConnect', () => {
          resolve(socket)
        })
        socket.once('error', () => {
          resolve(undefined)
        })
      })
    }
    const newest = await session('TLSv1.3')
    expect(newest?.getProtocol()).to.equal('TLSv1.3')
    newest?.destroy()
    for (const old of ['TLSv1', 'TLSv1.1'] as const) expect(await session(old), old).to.equal(undefined)
    const socket = await session('TLSv1.2')
    expect(socket?.getProtocol()).to.equal('TLSv1.2')
    const renegotiated = new Promise<Error | null | undefined>((resolve) => {
      socket?.once('error', resolve)
      socket?.once('close', () => {
        resolve(new Error('closed'))
      })
      socket?.renegotiate({ rejectUnauthorized: false }, resolve)
    })
    expect(await renegotiated, 'renegotiation').to.be.instanceOf(Error)
    socket?.destroy()
  })
})
