import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ExampleServer, freePort, readyPollMs } from '../harness/example-server.ts'
import type { Binaries } from './build.ts'

/** A server with its store, under one client's identity. */
export interface Stack {
  readonly name: string
  readonly url: string
  readonly credentials: Credentials
  /** Of the server and its store; their children are found. */
  readonly pids: readonly number[]
  /** From the start of the last process to the first good answer of /readyz, in ms. */
  readonly readyMs: number
  stop(): Promise<void>
}

export interface Credentials {
  readonly cert: string
  readonly key: string
  readonly ca: string
}

/** One namespace for each kind of work, so that lists are of the length that they should have. */
export const namespaces = ['bench', 'bench-page', 'bench-create', 'bench-delete', 'bench-update', 'bench-watch']

/** What the first start does once, as `go build` does it for Go's: the program's files become one. */
function prepareOurs(): void {
  const example = join(import.meta.dirname, '../../examples/sample-apiserver')
  execFileSync(process.execPath, ['../../scripts/run.mjs', 'server.ts', '--help'], { cwd: example, stdio: 'ignore' })
}

/** examples/sample-apiserver on LMDB, every write durable. */
export async function startOurs(
  directory: string,
  args: readonly string[] = [],
): Promise<Stack & { readonly server: ExampleServer }> {
  mkdirSync(directory, { recursive: true })
  prepareOurs()
  const began = performance.now()
  const server = await ExampleServer.start('sample-apiserver', { directory, args })
  const readyMs = performance.now() - began
  const { pid } = server.child
  return {
    name: 'ours',
    server,
    url: server.url,
    credentials: server.credentials,
    pids: pid === undefined ? [] : [pid],
    readyMs,
    stop: () => server.stop(),
  }
}

/** A bare server in Node on LMDB, every write durable; it takes our server's certificates. */
export async function startBare(ours: ExampleServer, directory: string): Promise<Stack> {
  mkdirSync(directory, { recursive: true })
  const port = await freePort()
  const certs = ['apiserver.crt', 'apiserver.key'].map((file) => join(ours.directory, 'certs', file))
  const program = join(import.meta.dirname, 'bare-server.ts')
  const began = performance.now()
  const child = spawn(process.execPath, ['--import', 'tsx', program, String(port), join(directory, 'data'), ...certs], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit').then(() => {
    throw new Error('the bare server has ended')
  })
  await Promise.race([once(child.stdout, 'data'), ended])
  ended.catch(() => undefined)
  const stop = async (): Promise<void> => {
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }
  return {
    name: 'bare',
    credentials: ours.credentials,
    url: `https://127.0.0.1:${port}`,
    pids: [child.pid ?? 0],
    readyMs: performance.now() - began,
    stop,
  }
}

/** The same on an etcd of its own. */
export async function startOursOnEtcd(binaries: Binaries, directory: string): Promise<Stack> {
  mkdirSync(directory, { recursive: true })
  const programs = new Programs(directory)
  const etcd = await startEtcd(programs, binaries)
  const began = performance.now()
  const server = await ExampleServer.start('sample-apiserver', {
    directory: join(directory, 'server'),
    args: ['--etcd-servers', etcd.url],
  })
  const readyMs = performance.now() - began
  return {
    name: 'ours on etcd',
    url: server.url,
    credentials: server.credentials,
    pids: [server.child.pid ?? 0, etcd.pid],
    readyMs,
    async stop() {
      await server.stop()
      await programs.stop()
    },
  }
}

/** k8s.io/sample-apiserver on an etcd of its own, every write durable; it takes our server's certificates. */
export async function startGo(binaries: Binaries, ours: ExampleServer, directory: string): Promise<Stack> {
  mkdirSync(directory, { recursive: true })
  const [core, port] = await Promise.all([freePort(), freePort()])
  const programs = new Programs(directory)
  const etcd = await startEtcd(programs, binaries)
  programs.start('core', binaries.load, 'core', '-listen', `127.0.0.1:${core}`, '-namespaces', namespaces.join(','))
  const kubeconfig = join(directory, 'kubeconfig')
  writeFileSync(kubeconfig, kubeconfigOf(local(core)))
  const began = performance.now()
  const certs = join(ours.directory, 'certs')
  const server = programs.start(
    ...(['server', binaries.server, '--etcd-servers', etcd.url, '--secure-port', String(port)] as const),
    ...['--bind-address', '127.0.0.1', '--client-ca-file', ours.credentials.ca, '--authentication-skip-lookup'],
    ...['--tls-cert-file', join(certs, 'apiserver.crt'), '--tls-private-key-file', join(certs, 'apiserver.key')],
    ...['--kubeconfig', kubeconfig, '--authentication-kubeconfig', kubeconfig],
    ...['--authorization-kubeconfig', kubeconfig],
  )
  const url = `https://127.0.0.1:${port}`
  while (!(await ready(url, ours.credentials))) {
    if (server.exitCode !== null || performance.now() - began > 60_000) {
      await programs.stop()
      throw new Error(`Go's server is not ready: see ${directory}/server.log`)
    }
    await setTimeout(readyPollMs)
  }
  const readyMs = performance.now() - began
  const { credentials } = ours
  return { name: 'go', url, credentials, pids: [server.pid ?? 0, etcd.pid], readyMs, stop: () => programs.stop() }
}

const local = (port: number): string => `http://127.0.0.1:${port}`

/** Programs of one stack; each writes a log into the folder. */
class Programs {
  readonly #directory: string
  readonly #children: ChildProcess[] = []

  constructor(directory: string) {
    this.#directory = directory
  }

  start(name: string, binary: string, ...flags: string[]): ChildProcess {
    const log = openSync(join(this.#directory, `${name}.log`), 'a')
    const child = spawn(binary, flags, { cwd: this.#directory, stdio: ['ignore', log, log] })
    this.#children.unshift(child)
    return child
  }

  /** The last one first. */
  async stop(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    }
  }
}

/** Of one member, which syncs every write, as it comes. */
async function startEtcd(
  programs: Programs,
  binaries: Binaries,
): Promise<{ readonly url: string; readonly pid: number }> {
  const [client, peer] = await Promise.all([freePort(), freePort()])
  const store = programs.start(
    ...(['etcd', binaries.etcd, '--data-dir', 'etcd', '--log-level', 'error'] as const),
    ...['--listen-client-urls', local(client), '--advertise-client-urls', local(client)],
    ...['--listen-peer-urls', local(peer), '--initial-advertise-peer-urls', local(peer)],
    ...['--initial-cluster', `default=${local(peer)}`],
  )
  await answers(`${local(client)}/health`)
  return { url: local(client), pid: store.pid ?? 0 }
}

function ready(url: string, credentials: Credentials): Promise<boolean> {
  const [cert, key, ca] = [credentials.cert, credentials.key, credentials.ca].map((file) => readFileSync(file))
  return new Promise((resolve) => {
    const outgoing = request(`${url}/readyz`, { cert, key, ca, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    outgoing.on('error', () => resolve(false))
    outgoing.end()
  })
}

async function answers(url: string): Promise<void> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (ok) return
    if (performance.now() > deadline) throw new Error(`no answer from ${url}`)
    await setTimeout(50)
  }
}

const kubeconfigOf = (server: string): string => `apiVersion: v1
kind: Config
clusters: [{ name: core, cluster: { server: '${server}' } }]
users: [{ name: server, user: { token: bench } }]
contexts: [{ name: core, context: { cluster: core, user: server } }]
current-context: core
`
