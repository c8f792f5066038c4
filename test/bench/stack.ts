import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ExampleServer, freePort } from '../harness/example-server.ts'
import type { Binaries } from './build.ts'

/** A server with its store, under one client's identity. */
export interface Stack {
  readonly name: string
  readonly url: string
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

/** examples/sample-apiserver on LMDB, every write durable. */
export async function startOurs(directory: string): Promise<Stack & { readonly server: ExampleServer }> {
  mkdirSync(directory, { recursive: true })
  const began = performance.now()
  const server = await ExampleServer.start('sample-apiserver', { directory })
  const readyMs = performance.now() - began
  const { pid } = server.child
  return {
    ...{ name: 'ours', server, url: server.url, pids: pid === undefined ? [] : [pid], readyMs },
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
    url: `https://127.0.0.1:${port}`,
    pids: [child.pid ?? 0],
    readyMs: performance.now() - began,
    stop,
  }
}

/** k8s.io/sample-apiserver on an etcd of its own, every write durable; it takes our server's certificates. */
export async function startGo(binaries: Binaries, ours: ExampleServer, directory: string): Promise<Stack> {
  mkdirSync(directory, { recursive: true })
  const [etcd, etcdPeer, core, port] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const children: ChildProcess[] = []
  const start = (name: string, binary: string, ...flags: string[]): ChildProcess => {
    const log = openSync(join(directory, `${name}.log`), 'a')
    const child = spawn(binary, flags, { cwd: directory, stdio: ['ignore', log, log] })
    children.unshift(child)
    return child
  }
  const local = (p: number): string => `http://127.0.0.1:${p}`
  const store = start(
    ...(['etcd', binaries.etcd, '--data-dir', join(directory, 'etcd'), '--log-level', 'error'] as const),
    ...['--listen-client-urls', local(etcd), '--advertise-client-urls', local(etcd)],
    ...['--listen-peer-urls', local(etcdPeer), '--initial-advertise-peer-urls', local(etcdPeer)],
    ...['--initial-cluster', `default=${local(etcdPeer)}`],
  )
  start('core', binaries.load, 'core', '-listen', `127.0.0.1:${core}`, '-namespaces', namespaces.join(','))
  const kubeconfig = join(directory, 'kubeconfig')
  writeFileSync(kubeconfig, kubeconfigOf(local(core)))
  await answers(`${local(etcd)}/health`)
  const began = performance.now()
  const certs = join(ours.directory, 'certs')
  const server = start(
    ...(['server', binaries.server, '--etcd-servers', local(etcd), '--secure-port', String(port)] as const),
    ...['--bind-address', '127.0.0.1', '--client-ca-file', ours.credentials.ca, '--authentication-skip-lookup'],
    ...['--tls-cert-file', join(certs, 'apiserver.crt'), '--tls-private-key-file', join(certs, 'apiserver.key')],
    ...['--kubeconfig', kubeconfig, '--authentication-kubeconfig', kubeconfig],
    ...['--authorization-kubeconfig', kubeconfig],
  )
  const stop = async (): Promise<void> => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    }
  }
  const url = `https://127.0.0.1:${port}`
  while (!(await ready(url, ours.credentials))) {
    if (server.exitCode !== null || performance.now() - began > 60_000) {
      await stop()
      throw new Error(`Go's server is not ready: see ${directory}/server.log`)
    }
    await setTimeout(20)
  }
  const readyMs = performance.now() - began
  return { name: 'go', url, pids: [server.pid ?? 0, store.pid ?? 0], readyMs, stop }
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
