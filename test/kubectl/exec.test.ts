import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
  StreamSubresource,
  Type,
  type Channels,
  type ObjectOf,
  type OptionsOf,
  type RequestContext,
} from '@apiserver-kit/framework'
import { expect } from 'chai'
import { kubectlPath, type KubectlResult } from '../harness/kubectl.ts'

/** kubectl's logs and exec speak to pods alone: as much of a pod as they ask for, with commands that are none. */
const Pod = defineKind({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  schema: Type.Object({
    spec: Type.Object({ containers: Type.Array(Type.Object({ name: Type.String(), image: Type.String() })) }),
    status: Type.Optional(Type.Object({ phase: Type.String() })),
  }),
})
type Pod = ObjectOf<typeof Pod>

const LogOptions = Type.Object({ tailLines: Type.Optional(Type.Integer()), container: Type.Optional(Type.String()) })
type LogOptions = OptionsOf<typeof LogOptions>

class Log extends StreamSubresource<Pod, LogOptions> {
  readonly name = 'log'
  readonly options = LogOptions
  override readonly contentType = 'text/plain'

  async stream(name: string, { tailLines = 3 }: LogOptions, ctx: RequestContext): Promise<AsyncIterable<string>> {
    const { spec } = await this.parentOf(name, ctx)
    const [container] = spec.containers
    return (async function* (): AsyncGenerator<string> {
      for (let line = 1; line <= tailLines; line++)
        yield await Promise.resolve(`${container?.name ?? ''} ${String(line)}\n`)
    })()
  }
}

class Exec extends ChannelSubresource<Pod> {
  readonly name = 'exec'
  readonly options = ExecOptions

  async run(name: string, { command }: ExecOptions, open: () => Channels, ctx: RequestContext): Promise<number> {
    await this.parentOf(name, ctx)
    const { stdin, stdout, stderr } = open()
    const [program, ...words] = command
    if (program === 'cat') await pipeline(stdin, stdout)
    else if (program === 'exit') return Number(words[0])
    else {
      stdout.write(`${words.join(' ')}\n`)
      stderr.write(`${program ?? ''} ended\n`)
    }
    return 0
  }
}

class PodResource extends StoredResource<Pod> {
  readonly storageVersion = Pod
  override readonly subresources = [new Log(), new Exec()]
}

describe('kubectl logs and exec', function () {
  this.timeout(60_000)
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-exec-'))
  const config = join(folder, 'kubeconfig')
  const server = new ApiServer({
    backend: new MemoryBackend(),
    securePort: 0,
    bindAddress: '127.0.0.1',
    certDir: join(folder, 'certificates'),
  }).install(new PodResource())
  before(async () => {
    await server.listen()
    writeFileSync(config, server.kubeconfig)
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'one' },
      spec: { containers: [{ name: 'main', image: 'none' }] },
    }
    const { code, stderr } = await run(['create', '-f', '-'], { input: JSON.stringify(pod) })
    expect([code, stderr]).to.deep.equal([0, ''])
  })
  after(async () => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Not waited for in the way of the server, which is in this process. */
  async function run(
    args: readonly string[],
    { minor = 35, input = '' }: { minor?: 29 | 35; input?: string } = {},
  ): Promise<KubectlResult> {
    const child = spawn(kubectlPath(minor), ['--kubeconfig', config, ...args], {
      env: { ...process.env, HOME: folder },
    })
    child.stdin.end(input)
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const code = await new Promise<number>((resolve) =>
      child.once('close', (status) => {
        resolve(status ?? -1)
      }),
    )
    return { code, stdout, stderr }
  }

  it('reads a log', async () => {
    expect(await run(['logs', 'one', '--tail', '2'])).to.deep.equal({ code: 0, stdout: 'main 1\nmain 2\n', stderr: '' })
    expect((await run(['logs', 'two'])).stderr).to.include('pods "two" not found')
  })

  it('executes a command', async () => {
    const { code, stdout, stderr } = await run(['exec', 'one', '--', 'echo', 'a', 'b c'])
    expect([code, stdout, stderr]).to.deep.equal([0, 'a b c\n', 'echo ended\n'])
  })

  it('sends the standard input to its end', async () => {
    const input = 'line\n'.repeat(50_000)
    const { code, stdout, stderr } = await run(['exec', '-i', 'one', '--', 'cat'], { input })
    expect([code, stderr, stdout === input]).to.deep.equal([0, '', true])
  })

  it('ends with the exit code of the command', async () => {
    const { code, stderr } = await run(['exec', 'one', '--', 'exit', '7'])
    expect([code, stderr]).to.deep.equal([7, 'command terminated with exit code 7\n'])
  })
})
