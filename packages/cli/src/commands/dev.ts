import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { watch } from 'chokidar'
import colors from 'picocolors'
import type { CommandModule } from 'yargs'
import { Process } from '../dev/process.ts'
import { findProject } from '../project/project.ts'

/** Where everything lives that a run leaves behind. */
const dataDir = './data'
const serverDefaults: Readonly<Record<string, string>> = {
  '--bind-address': '127.0.0.1',
  '--data-dir': dataDir,
  '--cert-dir': `${dataDir}/certificates`,
  '--write-kubeconfig': `${dataDir}/kubeconfig`,
}
const sources = ['apis', 'server', 'controller']
const settleMs = 150

export const dev: CommandModule<object, { controller: boolean; watch: boolean }> = {
  command: 'dev',
  describe: 'Runs the server and, when it is ready, the controller; anew when a source changes',
  builder: (yargs) =>
    yargs
      .parserConfiguration({ 'unknown-options-as-args': true })
      .strict(false)
      .option('controller', { type: 'boolean', default: true, describe: '--no-controller runs the server alone' })
      .option('watch', { type: 'boolean', default: true, describe: '--no-watch keeps it as it is' })
      .epilogue('All other flags go to the server: apiserver-kit dev --secure-port 7443'),
  handler: async (argv) => {
    const { directory } = findProject(process.cwd())
    const flags = serverFlags(argv._.slice(1).map(String))
    const run = new Run(directory, flags, argv.controller)
    const stop = (): void => {
      void run.stop().then(() => process.exit(run.exitCode))
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    await run.start()
    if (!argv.watch) return
    const paths = sources.map((source) => join(directory, source)).filter((path) => existsSync(path))
    let timer: NodeJS.Timeout | undefined
    watch(paths, { ignoreInitial: true }).on('all', (_event, path) => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        process.stdout.write(colors.dim(`${path} changed\n`))
        void run.restart()
      }, settleMs)
    })
  },
}

/** The flags given, and the defaults of those that were not. */
export function serverFlags(given: readonly string[]): string[] {
  const missing = Object.entries(serverDefaults).filter(
    ([flag]) => !given.some((g) => g === flag || g.startsWith(`${flag}=`)),
  )
  return [...missing.flat(), ...given]
}

const flagValue = (flags: readonly string[], name: string): string => {
  const at = flags.lastIndexOf(name)
  return at >= 0 ? (flags[at + 1] ?? '') : (flags.find((f) => f.startsWith(`${name}=`)) ?? '').slice(name.length + 1)
}

/** A server and its controller, started and stopped together. */
class Run {
  readonly #server: Process
  readonly #controller: Process | undefined
  #change = Promise.resolve()
  #stopping = false
  exitCode = 0

  constructor(directory: string, flags: readonly string[], withController: boolean) {
    this.#server = new Process('server', directory, 'server/main.ts', flags)
    this.#server.onExit = (code) => {
      // A signal from the terminal reaches the server as soon as it reaches this process.
      if (this.#stopping) return
      process.stderr.write(`${colors.red('error:')} the server ended with code ${String(code)}; waiting for a change\n`)
      this.exitCode = 1
    }
    if (withController && existsSync(join(directory, 'controller/main.ts')))
      this.#controller = new Process('controller', directory, 'controller/main.ts', [], {
        KUBECONFIG: flagValue(flags, '--write-kubeconfig'),
      })
  }

  start(): Promise<void> {
    return this.#next(async () => {
      this.#stopping = false
      this.exitCode = 0
      if (await this.#server.start('Ready at ')) await this.#controller?.start()
    })
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  stop(): Promise<void> {
    this.#stopping = true
    return this.#next(async () => {
      await this.#controller?.stop()
      await this.#server.stop()
    })
  }

  /** One change after the other. */
  #next(change: () => Promise<void>): Promise<void> {
    return (this.#change = this.#change.then(change))
  }
}
