import { expect } from 'chai'
import { eventually } from '../harness/eventually.ts'
import { ExampleServer } from '../harness/example-server.ts'
import { RawConnection } from '../harness/raw-connection.ts'

const flunders = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders'
const body = '{"apiVersion":"wardle.example.com/v1alpha1","kind":"Flunder","metadata":{"name":"NAME"}}'

describe('HTTP/1.1 that nobody should send', function () {
  this.timeout(60_000)
  let server: ExampleServer
  const open: RawConnection[] = []
  /** Its headers do not come, while all the other tests run. */
  let slow: RawConnection
  let slowSince = 0
  before(async () => {
    server = await ExampleServer.start('sample-apiserver', { args: ['--request-timeout', '2s'] })
    slow = await RawConnection.open(server.port, 'http/1.1')
    slow.write('GET /healthz HTTP/1.1\r\nHost: x\r\n')
    slowSince = performance.now()
  })
  afterEach(async () => {
    for (const connection of open.splice(0)) connection.close()
    expect((await server.get('/readyz')).status).to.equal(200)
    await eventually('nothing is under way any more', async () =>
      (await server.get('/metrics')).body.includes('apiserver_current_inflight_requests{request_kind="mutating"} 0\n'),
    )
  })
  after(() => server.stop())

  async function connection(identified = true): Promise<RawConnection> {
    const raw = await RawConnection.open(server.port, 'http/1.1', identified ? server.credentials : undefined)
    open.push(raw)
    return raw
  }
  const exists = async (name: string): Promise<boolean> => (await server.get(`${flunders}/${name}`)).status === 200

  /** Every request in the bytes but the first is smuggled: if it is believed, an object of that name comes to be. */
  const smuggled = (name: string): string => {
    const text = body.replace('NAME', name)
    return `POST ${flunders} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${String(text.length)}\r\n\r\n${text}`
  }
  const head = (...lines: string[]): string => [`POST ${flunders} HTTP/1.1`, 'Host: x', ...lines, '', ''].join('\r\n')
  const corpus: readonly (readonly [what: string, bytes: (name: string) => string])[] = [
    [
      'Content-Length beside Transfer-Encoding',
      (n) => `${head('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n${smuggled(n)}`,
    ],
    [
      'Transfer-Encoding before Content-Length',
      (n) => `${head('Transfer-Encoding: chunked', 'Content-Length: 5')}0\r\n\r\n${smuggled(n)}`,
    ],
    ['two lengths', (n) => `${head('Content-Length: 5', 'Content-Length: 6')}aaaaa${smuggled(n)}`],
    ['a list of lengths', (n) => `${head('Content-Length: 5, 6')}aaaaa${smuggled(n)}`],
    ['a signed length', (n) => `${head('Content-Length: +5')}aaaaa${smuggled(n)}`],
    ['a length in hexadecimal', (n) => `${head('Content-Length: 0x5')}aaaaa${smuggled(n)}`],
    ['an encoding that nobody knows', (n) => `${head('Transfer-Encoding: xchunked')}0\r\n\r\n${smuggled(n)}`],
    [
      'chunked that is not the last encoding',
      (n) => `${head('Transfer-Encoding: chunked, identity')}0\r\n\r\n${smuggled(n)}`,
    ],
    [
      'two encodings',
      (n) => `${head('Transfer-Encoding: chunked', 'Transfer-Encoding: identity')}0\r\n\r\n${smuggled(n)}`,
    ],
    [
      'a space before the colon',
      (n) => `${head('Transfer-Encoding : chunked', 'Content-Length: 5')}0\r\n\r\n${smuggled(n)}`,
    ],
    ['a tab before the colon', (n) => `${head('X-Remote-User\t: admin')}${smuggled(n)}`],
    ['a folded header', (n) => `${head('Transfer-Encoding:\r\n chunked')}0\r\n\r\n${smuggled(n)}`],
    ['a bare LF in the headers', (n) => `POST ${flunders} HTTP/1.1\nHost: x\nContent-Length: 0\n\n${smuggled(n)}`],
    ['a bare CR in a header', (n) => `${head('A: b\rTransfer-Encoding: chunked')}0\r\n\r\n${smuggled(n)}`],
    ['NUL in a header', (n) => `${head('A: b\0c')}${smuggled(n)}`],
    ['NUL in a name', (n) => `${head('A\0b: c')}${smuggled(n)}`],
    ['a header without a name', (n) => `${head(': a')}${smuggled(n)}`],
    ['a size of a chunk that is no number', (n) => `${head('Transfer-Encoding: chunked')}zz\r\n\r\n${smuggled(n)}`],
    ['a size of a chunk with a sign', (n) => `${head('Transfer-Encoding: chunked')}-1\r\n\r\n${smuggled(n)}`],
    [
      'a size of a chunk beyond 64 bits',
      (n) => `${head('Transfer-Encoding: chunked')}10000000000000000\r\n\r\n${smuggled(n)}`,
    ],
    ['a chunk that ends with a bare LF', (n) => `${head('Transfer-Encoding: chunked')}1\na\n0\n\n${smuggled(n)}`],
    ['a chunk longer than its size', (n) => `${head('Transfer-Encoding: chunked')}1\r\naa\r\n0\r\n\r\n${smuggled(n)}`],
    ['another version', (n) => `POST ${flunders} HTTP/3.7\r\nHost: x\r\n\r\n${smuggled(n)}`],
    ['a method that nobody knows', (n) => `POST\0 ${flunders} HTTP/1.1\r\nHost: x\r\n\r\n${smuggled(n)}`],
    ['no HTTP', (n) => `\x16\x03\x01\x02\x00\x01${smuggled(n)}`],
  ]
  for (const [i, [what, bytes]] of corpus.entries())
    it(`answers 400 and ends the connection: ${what}`, async () => {
      const name = `smuggled-${String(i)}`
      const raw = await connection()
      raw.write(bytes(name))
      expect(await raw.until(() => false, 3000), 'the connection ends').to.equal(true)
      expect(raw.text).to.match(/^HTTP\/1.1 400 Bad Request\r\n/)
      expect(raw.text.match(/HTTP\/1\.1 /g), raw.text).to.have.length(1)
      expect(await exists(name)).to.equal(false)
    })

  it('answers 400 to a request without a host', async () => {
    const raw = await connection()
    raw.write(`GET /healthz HTTP/1.1\r\n\r\n`)
    expect(await raw.until(() => false, 3000), 'the connection ends').to.equal(true)
    expect(raw.text).to.match(/^HTTP\/1.1 400 /)
  })

  it('believes no header with an underscore or a space for one with a dash', async () => {
    for (const header of ['X_Remote_User: admin', 'X-Remote-User : admin', 'X-Remote_User: admin']) {
      const raw = await connection(false)
      raw.write(
        `GET ${flunders} HTTP/1.1\r\nHost: x\r\n${header}\r\nX_Remote_Group: system:masters\r\nConnection: close\r\n\r\n`,
      )
      await raw.until(() => false, 3000)
      expect(raw.text, header).to.match(/^HTTP\/1.1 40[03] /)
    }
  })

  it('judges a request that follows a refused upgrade by itself, or not at all (CVE-2018-1002105)', async () => {
    const raw = await connection(false)
    const upgrade = 'Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\n'
    raw.write(
      `GET ${flunders}/x/exec HTTP/1.1\r\nHost: x\r\n${upgrade}\r\nGET ${flunders} HTTP/1.1\r\nHost: x\r\nX-Remote-User: admin\r\nX-Remote-Group: system:masters\r\n\r\n`,
    )
    expect(await raw.until(() => false, 3000), 'the connection ends').to.equal(true)
    expect(raw.text).to.match(/^HTTP\/1.1 403 /)
    expect(raw.text).to.not.match(/HTTP\/1.1 (?:200|101) /)
  })

  it('survives an upgrade that comes before the answer to what came before it', async () => {
    const raw = await connection(false)
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'
    raw.write(`GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET ${flunders} HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`)
    expect(await raw.until(() => false, 3000), 'the connection ends').to.equal(true)
    expect(raw.text.match(/HTTP\/1\.1 \d+/g)?.[0]).to.equal('HTTP/1.1 200')
  })

  it('answers each of several requests in one packet by its own headers', async () => {
    const raw = await connection(false)
    const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`
    raw.write(get('/healthz') + get(flunders) + get('/nope', 'Connection: close\r\n'))
    await raw.until(() => false, 3000)
    expect(raw.text.match(/HTTP\/1\.1 \d+/g)).to.deep.equal(['HTTP/1.1 200', 'HTTP/1.1 403', 'HTTP/1.1 403'])
  })

  it('takes a megabyte of headers at most, and leaves out none', async () => {
    const many = await connection()
    const junk = Array.from({ length: 5000 }, (_, i) => `X-Junk-${String(i)}: ${'j'.repeat(50)}\r\n`).join('')
    // The last header decides: were it left out, the answer would be the administrator's.
    many.write(`GET ${flunders} HTTP/1.1\r\nHost: x\r\n${junk}Impersonate-User: nobody\r\nConnection: close\r\n\r\n`)
    await many.until(() => false, 5000)
    expect(many.text).to.match(/^HTTP\/1.1 403 /)
    const flood = await connection(false)
    flood.write(`GET /healthz HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(1100 * 1024)}\r\n\r\n`)
    expect(await flood.until(() => false, 5000), 'the connection ends').to.equal(true)
    expect(flood.text).to.match(/^HTTP\/1.1 431 /)
  })

  it('answers a query of ten thousand keys, and one that is too long, without noticing', async () => {
    const begin = performance.now()
    const query = Array.from({ length: 10_000 }, (_, i) => `k${String(i)}=v`).join('&')
    expect((await server.get(`/version?${query}`)).status).to.equal(200)
    expect(performance.now() - begin).to.be.lessThan(500)
  })

  it('ends a connection whose body does not come, when the request has taken its time', async () => {
    const raw = await connection()
    const begin = performance.now()
    raw.write(head('Content-Type: application/json', 'Content-Length: 1000'))
    const drip = setInterval(() => {
      raw.write(' ')
    }, 50)
    expect(await raw.until(() => false, 6000), 'the connection ends').to.equal(true)
    clearInterval(drip)
    expect(raw.text).to.match(/^HTTP\/1.1 504 /)
    expect(performance.now() - begin).to.be.within(1900, 5000)
  })

  it('ends a connection whose body goes on after the answer', async () => {
    const raw = await connection(false)
    const begin = performance.now()
    raw.write(head('Content-Type: application/json', 'Content-Length: 1000'))
    const drip = setInterval(() => {
      raw.write(' ')
    }, 50)
    expect(await raw.until(() => false, 4000), 'the connection ends').to.equal(true)
    clearInterval(drip)
    expect(raw.text).to.match(/^HTTP\/1.1 403 /)
    expect(performance.now() - begin).to.be.lessThan(2000)
  })

  it('holds no answer longer than a request may take for those who do not read it', async () => {
    const filler = 'x'.repeat(900_000)
    for (let i = 0; i < 8; i++) {
      const text = body
        .replace('NAME', `large-${String(i)}`)
        .replace('}}', `,"annotations":{"a":"${filler.slice(0, 200_000)}"}}}`)
      expect((await server.send('POST', flunders, text)).status).to.equal(201)
    }
    const slow = await Promise.all(Array.from({ length: 20 }, () => connection()))
    for (const raw of slow) {
      raw.socket.pause()
      raw.write(`GET ${flunders} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(20))
    }
    await new Promise((resolve) => setTimeout(resolve, 3500))
    const { body: metrics } = await server.get('/metrics')
    // That of the metrics themselves.
    expect(metrics).to.include('apiserver_current_inflight_requests{request_kind="readOnly"} 1\n')
    for (const raw of slow) raw.socket.resume()
    for (const raw of slow) expect(await raw.until(() => false, 5000), 'the connection ends').to.equal(true)
  })

  it('ends a connection whose headers do not come within 32 s', async () => {
    const drip = setInterval(() => {
      slow.write('a')
    }, 1000)
    expect(await slow.until(() => false, 40_000), 'the connection ends').to.equal(true)
    clearInterval(drip)
    expect(slow.text).to.match(/^HTTP\/1.1 408 /)
    expect((slow.closedAt ?? 0) - slowSince).to.be.within(31_000, 36_000)
  })
})
