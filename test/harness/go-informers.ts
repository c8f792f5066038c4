import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CannotBuild, goBuild } from './go-build.ts'

/** What one informer holds, and what its handler was told: versions by name. */
export interface InformerView {
  readonly objects: Readonly<Record<string, string>>
  readonly told: Readonly<Record<string, string>>
  readonly violations: readonly string[]
}

const binary = (): string => join(goBuild('client-go', 'client-go'), 'client-go')

/** Why there are no informers of client-go on this machine; undefined: there are, and built. */
export function whyNoGoInformers(): string | undefined {
  try {
    binary()
    return undefined
  } catch (error) {
    if (error instanceof CannotBuild) return error.message
    throw error
  }
}

/** test/cluster/client-go as a process: client-go's informers on the flunders of one namespace. */
export class GoInformers {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  /** What the process has complained about. */
  complaints = ''

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.complaints += text))
  }

  /** Both informers are filled when it resolves. */
  static async start(kubeconfig: string, namespace: string): Promise<GoInformers> {
    const env = { PATH: process.env.PATH, KUBE_FEATURE_WatchListClient: 'true' }
    const informers = new GoInformers(spawn(binary(), [kubeconfig, namespace], { env }))
    await informers.#line()
    return informers
  }

  async views(): Promise<Readonly<Record<'whole' | 'metadata', InformerView>>> {
    this.#child.stdin.write('\n')
    return (await this.#line()) as Readonly<Record<'whole' | 'metadata', InformerView>>
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill()
    await exit
  }

  async #line(): Promise<unknown> {
    const { done, value } = await this.#lines.next()
    if (done) throw new Error(`the informers have ended: ${this.complaints}`)
    return JSON.parse(value)
  }
}
