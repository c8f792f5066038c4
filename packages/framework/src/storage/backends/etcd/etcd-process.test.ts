import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** Path to an etcd, which mocha's set-up finds (test/harness/etcd-setup.ts); where there is none, the tests that need one are not declared, and say so. */
export const etcdBinary = process.env.ETCD_BINARY ?? ''

/** An etcd of one or more members on this machine, in a folder that goes with it. */
export class EtcdProcess {
  readonly #folder: string
  readonly #names: readonly string[]
  readonly #ports: readonly { readonly client: number; readonly peer: number }[]
  readonly #flags: readonly string[]
  readonly #scheme: string
  readonly #members = new Map<number, ChildProcess>()

  private constructor(folder: string, ports: readonly number[], flags: readonly string[]) {
    this.#folder = folder
    this.#flags = flags
    this.#scheme = flags.some((flag) => flag.startsWith('--cert-file')) ? 'https' : 'http'
    this.#ports = Array.from({ length: ports.length / 2 }, (_, n) => ({
      client: ports[2 * n] ?? 0,
      peer: ports[2 * n + 1] ?? 0,
    }))
    this.#names = this.#ports.map((_, n) => `m${String(n)}`)
  }

  static async start({ members = 1, flags = [] }: { members?: number; flags?: readonly string[] } = {}) {
    const ports = await freePorts(2 * members)
    const etcd = new EtcdProcess(await mkdtemp(join(tmpdir(), 'etcd-backend-')), ports, flags)
    await Promise.all(etcd.#names.map((_, n) => etcd.startMember(n)))
    return etcd
  }

  get servers(): string[] {
    return this.#ports.map(({ client }) => `${this.#scheme}://127.0.0.1:${String(client)}`)
  }

  async startMember(n: number): Promise<void> {
    const at = this.#ports[n]
    if (!at) throw new RangeError('no such member')
    const client = `${this.#scheme}://127.0.0.1:${String(at.client)}`
    const peer = (port: number): string => `http://127.0.0.1:${String(port)}`
    const name = this.#names[n] ?? ''
    const cluster = this.#ports.map((ports, m) => `${this.#names[m] ?? ''}=${peer(ports.peer)}`).join(',')
    const member = spawn(
      etcdBinary,
      [
        ...['--name', name, '--data-dir', join(this.#folder, name), '--log-level', 'error'],
        ...['--listen-client-urls', client, '--advertise-client-urls', client],
        ...['--listen-peer-urls', peer(at.peer), '--initial-advertise-peer-urls', peer(at.peer)],
        ...['--initial-cluster', cluster, '--unsafe-no-fsync', ...this.#flags],
      ],
      { stdio: 'ignore' },
    )
    this.#members.set(n, member)
    for (;;) {
      if (member.exitCode !== null) throw new Error(`etcd has ended with ${String(member.exitCode)}`)
      if (await answers(at.client)) return
      await setTimeout(50)
    }
  }

  signal(n: number, signal: NodeJS.Signals): void {
    this.#members.get(n)?.kill(signal)
  }

  async stopMember(n: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const member = this.#members.get(n)
    if (member?.exitCode !== null || member.signalCode !== null) return
    const exited = once(member, 'exit')
    member.kill(signal)
    await exited
  }

  async stop(): Promise<void> {
    await Promise.all(this.#names.map((_, n) => this.stopMember(n)))
    await rm(this.#folder, { recursive: true, force: true })
  }
}

function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${String(port)}/version`).then(
    () => true,
    (error: unknown) => error instanceof Error && String(error.cause).includes('other side closed'),
  )
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
