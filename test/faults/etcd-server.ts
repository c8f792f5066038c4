import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../harness/example-server.ts'

/** An etcd of one member, durable, that can be killed and started again. */
export class EtcdServer {
  readonly #binary: string
  readonly #folder: string
  readonly #client: string
  readonly #peer: string
  #process: ChildProcess | undefined

  private constructor(binary: string, folder: string, ports: readonly [number, number]) {
    this.#binary = binary
    this.#folder = folder
    this.#client = `http://127.0.0.1:${String(ports[0])}`
    this.#peer = `http://127.0.0.1:${String(ports[1])}`
  }

  static async start(binary: string, folder: string): Promise<EtcdServer> {
    const etcd = new EtcdServer(binary, folder, [await freePort(), await freePort()])
    await etcd.start()
    return etcd
  }

  get url(): string {
    return this.#client
  }

  async start(): Promise<void> {
    const flags = ['--data-dir', join(this.#folder, 'etcd'), '--name', 'm', '--log-level', 'error']
    flags.push('--listen-client-urls', this.#client, '--advertise-client-urls', this.#client)
    flags.push('--listen-peer-urls', this.#peer, '--initial-advertise-peer-urls', this.#peer)
    flags.push('--initial-cluster', `m=${this.#peer}`, '--watch-progress-notify-interval', '5s')
    const child = spawn(this.#binary, flags, { stdio: 'ignore' })
    this.#process = child
    const answers = (): Promise<boolean> =>
      fetch(`${this.#client}/health`).then(
        (answer) => answer.ok,
        () => false,
      )
    while (!(await answers())) {
      if (child.exitCode !== null) throw new Error(`etcd has ended with ${String(child.exitCode)}`)
      await sleep(50)
    }
  }

  async kill(): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }
}
