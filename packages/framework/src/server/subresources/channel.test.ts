import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import WebSocket from 'ws'
import { ChannelSubresource, ExecOptions } from '../../registry/channel-subresource.ts'
import type { Channels } from '../../registry/channels.ts'
import type { RequestContext } from '../../request/context.ts'
import { json, Lab, type Machine } from './fixture.test.ts'

/** A few commands that are enough to see how a process at the other end behaves. */
class Exec extends ChannelSubresource<Machine> {
  readonly name = 'exec'
  readonly options = ExecOptions
  gone = 0
  written = 0

  async run(name: string, { command }: ExecOptions, open: () => Channels, ctx: RequestContext): Promise<number> {
    await this.parentOf(name, ctx)
    const { stdin, stdout, stderr, terminalSizes } = open()
    ctx.signal.addEventListener('abort', () => this.gone++)
    const [program, ...words] = command
    switch (program) {
      case 'cat':
        await pipeline(stdin, stdout)
        return 0
      case 'echo':
        stdout.write(words.join(' '))
        stderr.write('done')
        return 0
      case 'exit':
        return Number(words[0])
      case 'sizes':
        for await (const { width, height } of terminalSizes) stdout.write(`${String(width)}x${String(height)};`)
        return 0
      case 'wait':
        await once(ctx.signal, 'abort')
        return 0
      case 'yes':
        await pipeline(this.#yes(), stdout, { signal: ctx.signal }).catch(() => undefined)
        return 0
      default:
        throw new Error(`${String(program)}: command not found`)
    }
  }

  *#yes(): Generator<Buffer> {
    for (;;) {
      this.written++
      yield Buffer.alloc(64 * 1024, 'y')
    }
  }
}

interface Ended {
  readonly protocol: string
  readonly code: number
  /** By channel; the messages of each, joined. */
  readonly text: Record<number, string>
}

describe('ChannelSubresource', () => {
  const exec = new Exec()
  const lab = new Lab([exec], { requestTimeoutSeconds: 1 })
  before(() => lab.start())
  after(() => lab.stop())

  const open = (query: string, protocols = ['v5.channel.k8s.io'], name = 'one'): WebSocket =>
    new WebSocket(lab.url(`/${name}/exec?${query}`).replace('https', 'wss'), protocols, lab.tls)

  async function ending(socket: WebSocket, base64 = false): Promise<Ended> {
    const text: Record<number, string> = {}
    socket.on('message', (data) => {
      const bytes = data as Buffer
      const channel = base64 ? Number(bytes.subarray(0, 1).toString()) : (bytes[0] ?? -1)
      const rest = bytes.subarray(1).toString()
      text[channel] = (text[channel] ?? '') + (base64 ? Buffer.from(rest, 'base64').toString() : rest)
    })
    const [code] = (await once(socket, 'close')) as [number]
    return { protocol: socket.protocol, code, text }
  }

  const success = '{"metadata":{},"status":"Success"}'

  it('sends what a command writes, then how it ended, then closes', async () => {
    const socket = open('command=echo&command=a&command=b&stdout=true&stderr=true')
    expect(await ending(socket)).to.deep.equal({
      protocol: 'v5.channel.k8s.io',
      code: 1000,
      text: { 1: 'a b', 2: 'done', 3: success },
    })
  })

  it('sends nothing of what was not asked for', async () => {
    const { text } = await ending(open('command=echo&command=a&stderr=true'))
    expect(text).to.deep.equal({ 2: 'done', 3: success })
    const tty = await ending(open('command=echo&command=a&stdout=true&stderr=true&tty=true'))
    expect(tty.text).to.deep.equal({ 1: 'a', 3: success })
  })

  it('tells the exit code as kubectl reads it', async () => {
    const { text } = await ending(open('command=exit&command=3&stdout=true'))
    expect(JSON.parse(text[3] ?? '')).to.deep.equal({
      metadata: {},
      status: 'Failure',
      message: 'command terminated with non-zero exit code: 3',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    })
  })

  it('tells a failure as a Status', async () => {
    const { text, code } = await ending(open('command=nonsense&stdout=true'))
    expect(code).to.equal(1000)
    expect(JSON.parse(text[3] ?? '')).to.include({ status: 'Failure', reason: 'InternalError', code: 500 })
    expect(text[3]).to.include('nonsense: command not found')
  })

  it('hands over the input, and its end in v5', async () => {
    const socket = open('command=cat&stdin=true&stdout=true')
    await once(socket, 'open')
    const end = ending(socket)
    socket.send(Buffer.from('\0hello '))
    socket.send(Buffer.from([0]))
    socket.send(Buffer.from('\x07of no channel'))
    socket.send(Buffer.from('\0world'))
    socket.send(Buffer.from([255, 0]))
    expect((await end).text).to.deep.equal({ 1: 'hello world', 3: success })
  })

  it('has no input where none was asked for', async () => {
    expect((await ending(open('command=cat&stdout=true'))).text).to.deep.equal({ 1: '', 3: success })
  })

  it('speaks base64 in text, and the protocols before v5', async () => {
    const socket = open('command=echo&command=%C3%A4&stdout=true', ['v4.base64.channel.k8s.io'])
    expect(await ending(socket, true)).to.deep.equal({
      protocol: 'v4.base64.channel.k8s.io',
      code: 1000,
      text: { 1: 'ä', 3: success },
    })
    const cat = open('command=cat&stdin=true&stdout=true', ['base64.channel.k8s.io'])
    await once(cat, 'open')
    const [[data]] = await Promise.all([once(cat, 'message', {}), once(cat, 'message')])
    expect(String(data as Buffer)).to.equal('1')
    cat.send(`0${Buffer.from('in').toString('base64')}`)
    const [echo] = (await once(cat, 'message')) as [Buffer]
    expect(String(echo)).to.equal(`1${Buffer.from('in').toString('base64')}`)
    cat.terminate()
    const old = await ending(open('command=exit&command=2&stdout=true', ['channel.k8s.io']))
    expect(old.text[3]).to.equal('command terminated with non-zero exit code: 2')
    const bearer = await ending(
      open('command=echo&stdout=1', ['base64url.bearer.authorization.k8s.io.YQ', 'v4.channel.k8s.io']),
    )
    expect(bearer.protocol).to.equal('v4.channel.k8s.io')
  })

  it('hands over the sizes of the terminal', async () => {
    const socket = open('command=sizes&stdin=true&stdout=true&tty=true')
    await once(socket, 'open')
    const end = ending(socket)
    for (const size of [
      '{"Width":80,"Height":24}',
      'no size',
      '{"Width":-1,"Height":1}',
      '{"Width":100,"Height":40}',
    ]) {
      socket.send(Buffer.from(`\x04${size}`))
      await delay(30)
    }
    await delay(50)
    socket.terminate()
    expect((await end).text[1]).to.equal('80x24;100x40;')
  })

  it('lasts beyond the deadline of requests, and hears when the client is gone', async () => {
    const gone = exec.gone
    const socket = open('command=wait&stdout=true')
    await once(socket, 'open')
    await delay(1300)
    expect([socket.readyState, exec.gone]).to.deep.equal([WebSocket.OPEN, gone])
    socket.terminate()
    while (exec.gone === gone) await delay(10)
  })

  it('writes no more than the client takes', async () => {
    const socket = open('command=yes&stdout=true')
    await once(socket, 'open')
    socket.pause()
    let before = -1
    while (before !== exec.written) {
      before = exec.written
      await delay(300)
    }
    expect(exec.written).to.be.below(1000)
    socket.terminate()
  })

  it('answers before the handshake as any request', async () => {
    const refusal = async (socket: WebSocket): Promise<number> => {
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
      return response.statusCode
    }
    expect(await refusal(open('stdout=true', ['v5.channel.k8s.io'], 'two'))).to.equal(404)
    expect(await refusal(open('stdout=true', ['v9.channel.k8s.io']))).to.equal(403)
    expect(await refusal(open('command=echo'))).to.equal(400)
    const spdy = await lab.send('/one/exec?stdout=true', {
      method: 'POST',
      headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' },
    })
    expect([spdy.code, json(spdy).message]).to.deep.equal([
      400,
      'unable to upgrade: only WebSocket is supported, with v5.channel.k8s.io',
    ])
    const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }
    expect((await lab.send('/one/exec?stdout=true', { headers })).code).to.equal(400)
  })

  it('ends a connection whose messages are too long', async () => {
    const socket = open('command=cat&stdin=true&stdout=true')
    socket.on('error', () => undefined)
    await once(socket, 'open')
    const end = ending(socket)
    socket.send(Buffer.alloc(2 * 1024 * 1024))
    expect((await end).code).to.equal(1009)
  })

  it('ends a connection whose message comes in fragments without end (CVE-2026-48779)', async () => {
    const socket = open('command=cat&stdin=true&stdout=true')
    socket.on('error', () => undefined)
    await once(socket, 'open')
    const end = ending(socket)
    for (let i = 0; i < 20_000 && socket.readyState === WebSocket.OPEN; i++)
      socket.send(Buffer.alloc(0), { fin: false })
    expect((await end).code).to.equal(1008)
  })

  it('ends when the server stops', async () => {
    const other = new Lab([new Exec()])
    await other.start()
    const socket = new WebSocket(other.url('/one/exec?command=wait&stdout=1').replace('https', 'wss'), [], other.tls)
    await once(socket, 'open')
    const closed = once(socket, 'close')
    await other.stop()
    await closed
  })

  it('is told as Kubernetes tells pods/exec', async () => {
    const { resources } = json(await lab.send('/apis/lab.example.com/v1')) as { resources: { name: string }[] }
    expect(resources.find(({ name }) => name === 'machines/exec')).to.deep.include({
      kind: 'MachineExecOptions',
      verbs: ['create', 'get'],
    })
  })
})
