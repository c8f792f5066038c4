import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  ApiServer,
  ChannelSubresource,
  defineKind,
  ExecOptions,
  MemoryBackend,
  StoredResource,
  Type,
  type Channels,
  type ObjectOf,
  type RequestContext,
} from '@apiserver-kit/framework'
import { expect } from 'chai'
import WebSocket from 'ws'
import { clusterPort, type Cluster, type Identity } from '../harness/cluster.ts'
import { eventually } from '../harness/eventually.ts'
import { setting } from './setting.ts'

const Machine = defineKind({
  group: 'machines.example.com',
  version: 'v1',
  kind: 'Machine',
  plural: 'machines',
  schema: Type.Object({ spec: Type.Optional(Type.Object({ size: Type.Integer() })) }),
})
type Machine = ObjectOf<typeof Machine>

class Exec extends ChannelSubresource<Machine> {
  readonly name = 'exec'
  readonly options = ExecOptions

  async run(name: string, { command }: ExecOptions, open: () => Channels, ctx: RequestContext): Promise<number> {
    await this.parentOf(name, ctx)
    const { stdin, stdout, stderr } = open()
    const [program, ...words] = command
    if (program === 'cat') await pipeline(stdin, stdout)
    else if (program === 'exit') return Number(words[0])
    else {
      stdout.write(`${words.join(' ')} as ${ctx.user.name}`)
      stderr.write('done')
    }
    return 0
  }
}

class MachineResource extends StoredResource<Machine> {
  readonly storageVersion = Machine
  override readonly subresources = [new Exec()]
}

const path = '/apis/machines.example.com/v1/namespaces/default/machines'

/** What `kubectl exec` of 1.31 and later speaks: v5.channel.k8s.io, each message with the number of its channel before it. */
class Session {
  readonly #socket: WebSocket
  readonly #channels = new Map<number, Buffer[]>()

  constructor(cluster: Cluster, who: Identity, query: string) {
    const [cert, key] = [readFileSync(who.cert), readFileSync(who.key)]
    const url = `${cluster.url.replace('https', 'wss')}${path}/one/exec?${query}`
    this.#socket = new WebSocket(url, 'v5.channel.k8s.io', { cert, key, ca: cluster.certificates.servingCa })
    this.#socket.on('message', (data: Buffer) => {
      const [channel = 0] = data
      this.#channels.set(channel, [...(this.#channels.get(channel) ?? []), data.subarray(1)])
    })
  }

  get protocol(): string {
    return this.#socket.protocol
  }

  async opened(): Promise<this> {
    await once(this.#socket, 'open')
    return this
  }

  /** The code with which the handshake is refused. */
  async refused(): Promise<string> {
    const [error] = (await once(this.#socket, 'error')) as [Error]
    return error.message
  }

  write(bytes: Buffer): void {
    this.#socket.send(Buffer.concat([Buffer.from([0]), bytes]))
  }

  /** v5 alone can say that the input is at its end: channel 255, and which one is closed. */
  end(): void {
    this.#socket.send(Buffer.from([255, 0]))
  }

  async closed(): Promise<Readonly<Record<'stdout' | 'stderr' | 'error', Buffer>>> {
    if (this.#socket.readyState !== WebSocket.CLOSED) await once(this.#socket, 'close')
    const [stdout, stderr, error] = [1, 2, 3].map((channel) => Buffer.concat(this.#channels.get(channel) ?? []))
    return { stdout: stdout ?? Buffer.of(), stderr: stderr ?? Buffer.of(), error: error ?? Buffer.of() }
  }
}

describe('Upgrades through the aggregation layer', function () {
  this.timeout(120_000)
  const folder = mkdtempSync(join(tmpdir(), 'upgrades-'))
  let cluster: Cluster
  let server: ApiServer
  before(async () => {
    ;({ cluster } = await setting())
    const port = await clusterPort()
    const names = ['machines.default.svc', 'localhost', '127.0.0.1']
    const { cert, key } = cluster.certificates.serving('machines', names)
    server = new ApiServer({
      backend: new MemoryBackend(),
      securePort: port,
      bindAddress: '127.0.0.1',
      certDir: folder,
      tlsCertFile: cert,
      tlsPrivateKeyFile: key,
      kubeconfig: cluster.admin.kubeconfig,
    }).install(new MachineResource())
    await server.listen()
    await created('/api/v1/namespaces/default/services', {
      metadata: { name: 'machines' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    })
    await created('/apis/apiregistration.k8s.io/v1/apiservices', {
      metadata: { name: 'v1.machines.example.com' },
      spec: {
        ...{ group: 'machines.example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 10 },
        service: { namespace: 'default', name: 'machines', port },
        caBundle: Buffer.from(cluster.certificates.servingCa).toString('base64'),
      },
    })
    await eventually('the machines are served', async () => (await cluster.send('GET', path)).status === 200, 60_000)
    await created(path, { apiVersion: 'machines.example.com/v1', kind: 'Machine', metadata: { name: 'one' } })
  })
  after(async () => {
    await cluster.send('DELETE', '/apis/apiregistration.k8s.io/v1/apiservices/v1.machines.example.com')
    await cluster.send('DELETE', '/api/v1/namespaces/default/services/machines')
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const created = async (to: string, body: object): Promise<void> => {
    const { status, text } = await cluster.send('POST', to, body)
    expect(status, text).to.equal(201)
  }

  it('run a command, and end with what became of it', async () => {
    const session = await new Session(
      cluster,
      cluster.admin,
      'stdout=true&stderr=true&command=echo&command=a&command=b',
    ).opened()
    expect(session.protocol).to.equal('v5.channel.k8s.io')
    const { stdout, stderr, error } = await session.closed()
    expect([stdout.toString(), stderr.toString()]).to.deep.equal(['a b as admin', 'done'])
    expect(JSON.parse(error.toString())).to.deep.include({ status: 'Success' })
  })

  it('carry the standard input, as much as there is, to its end', async () => {
    const session = await new Session(cluster, cluster.admin, 'stdin=true&stdout=true&command=cat').opened()
    const input = Buffer.from('0123456789abcdef'.repeat(64 * 1024))
    for (let at = 0; at < input.length; at += 32 * 1024) session.write(input.subarray(at, at + 32 * 1024))
    session.end()
    const { stdout } = await session.closed()
    expect(stdout.equals(input)).to.equal(true)
  })

  it('tell the exit code', async () => {
    const session = await new Session(cluster, cluster.admin, 'stdout=true&command=exit&command=3').opened()
    const { error } = await session.closed()
    const status = JSON.parse(error.toString()) as object
    expect(status).to.deep.include({ status: 'Failure', reason: 'NonZeroExitCode' })
    expect(status).to.have.nested.property('details.causes[0].message', '3')
  })

  it('are refused to whom RBAC does not allow them', async () => {
    const session = new Session(cluster, cluster.identity('stranger'), 'stdout=true&command=echo')
    expect(await session.refused()).to.contain('403')
  })
})
