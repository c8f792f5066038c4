import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

/** How often a server that starts is asked whether it is ready. */
export const readyPollMs = 10

/** A free port on the loopback interface. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** A cluster to put behind the server, and the files of its administrator's certificate. */
export interface ClusterBehind {
  readonly kubeconfig: string
  readonly cert: string
  readonly key: string
}

/** An example's server as a process of its own, as a user starts it. */
export class ExampleServer {
  readonly directory: string
  readonly port: number
  readonly child: ChildProcess
  readonly cluster: ClusterBehind | undefined
  output = ''

  private constructor(directory: string, port: number, child: ChildProcess, cluster: ClusterBehind | undefined) {
    this.cluster = cluster
    this.directory = directory
    this.port = port
    this.child = child
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
  }

  get url(): string {
    return `https://127.0.0.1:${String(this.port)}`
  }
  get kubeconfig(): string {
    return this.cluster?.kubeconfig ?? join(this.directory, 'kubeconfig')
  }
  get credentials(): { cert: string; key: string; ca: string } {
    const certs = join(this.directory, 'certs')
    const { cert = join(certs, 'admin.crt'), key = join(certs, 'admin.key') } = this.cluster ?? {}
    return { cert, key, ca: join(certs, 'ca.crt') }
  }

  static async start(
    example: string,
    options: {
      directory?: string
      port?: number
      args?: readonly string[]
      cluster?: ClusterBehind
      program?: string
    } = {},
  ): Promise<ExampleServer> {
    const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'apiserver-kit-'))
    const port = options.port ?? (await freePort())
    const flags = ['--secure-port', String(port), '--bind-address', '127.0.0.1', '--data-dir', join(directory, 'data')]
    flags.push(
      '--cert-dir',
      join(directory, 'certs'),
      ...(options.cluster
        ? ['--kubeconfig', options.cluster.kubeconfig]
        : ['--write-kubeconfig', join(directory, 'kubeconfig')]),
      ...(options.args ?? []),
    )
    const child = spawn(process.execPath, [join(root, 'scripts/run.mjs'), options.program ?? 'server.ts', ...flags], {
      cwd: join(root, 'examples', example),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const server = new ExampleServer(directory, port, child, options.cluster)
    await server.#ready()
    return server
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + 20_000
    while (Date.now() < deadline) {
      if (this.child.exitCode !== null)
        throw new Error(`the server exited with ${String(this.child.exitCode)}:\n${this.output}`)
      if (
        await this.get('/readyz').then(
          (r) => r.status === 200,
          () => false,
        )
      )
        return
      await new Promise((resolve) => setTimeout(resolve, readyPollMs))
    }
    this.child.kill('SIGKILL')
    throw new Error(`the server was not ready in 20 s:\n${this.output}`)
  }

  /** One GET as the administrator. */
  get(path: string): Promise<{ status: number; body: string; headers: IncomingHttpHeaders }> {
    return this.send('GET', path)
  }

  send(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: string; headers: IncomingHttpHeaders }> {
    const { cert, key, ca } = this.credentials
    return new Promise((resolve, reject) => {
      const options = {
        method,
        headers:
          body === undefined
            ? headers
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
        cert: readFileSync(cert),
        key: readFileSync(key),
        ca: readFileSync(ca),
        agent: false as const,
      }
      const outgoing = request(`${this.url}${path}`, options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString(),
            headers: response.headers,
          })
        })
        response.on('error', reject)
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  }

  /** The first line of a streamed answer, as the administrator; the stream is then cut. */
  firstLine(path: string): Promise<string> {
    const { cert, key, ca } = this.credentials
    const options = { cert: readFileSync(cert), key: readFileSync(key), ca: readFileSync(ca), agent: false as const }
    return new Promise((resolve, reject) => {
      let text = ''
      const outgoing = request(`${this.url}${path}`, options, (response) => {
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
          if (!text.includes('\n')) return
          resolve(text.slice(0, text.indexOf('\n')))
          outgoing.destroy()
        })
        response.on('end', () => {
          reject(new Error(`the stream ended after ${JSON.stringify(text)}`))
        })
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
  }

  /** Ends the process and removes its files. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit')
      this.child.kill('SIGTERM')
      const timer = setTimeout(() => this.child.kill('SIGKILL'), 5000)
      await exit
      clearTimeout(timer)
    }
    rmSync(this.directory, { recursive: true, force: true })
  }
}
