import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { watch } from 'chokidar'
import colors from 'picocolors'
import type { Argv, CommandModule } from 'yargs'
import { clusterRun } from '../dev/cluster-flags.ts'
import { Run } from '../dev/run.ts'
import { findProject } from '../project/project.ts'
import { UsageError } from '../user-error.ts'

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

export interface DevArguments {
  server: boolean
  controller: boolean
  watch: boolean
  cluster?: boolean
  context?: string
  address?: string
}

export const dev: CommandModule<object, DevArguments> = {
  command: 'dev',
  describe:
    'Runs the server and, when it is ready, the controller; takes up what changes in the sources, and keeps watches',
  builder: (yargs) =>
    withServerFlags(yargs)
      .option('server', { type: 'boolean', default: true, describe: '--no-server runs the controller alone' })
      .option('controller', { type: 'boolean', default: true, describe: '--no-controller runs the server alone' })
      .option('watch', { type: 'boolean', default: true, describe: '--no-watch keeps it as it is' })
      .option('cluster', {
        type: 'boolean',
        default: false,
        describe: 'a running cluster asks this server, until it ends',
      })
      .option('context', { type: 'string', describe: 'with --cluster: of the kubeconfig; default: the current one' })
      .option('address', { type: 'string', describe: 'with --cluster: where the cluster reaches this machine' })
      .epilogue('All other flags go to the server: apiserver-kit dev --secure-port 7443'),
  handler: (argv) => develop(argv, argv._.slice(1).map(String)),
}

/** Flags that are not known here go to the server. */
export const withServerFlags = <T>(yargs: Argv<T>): Argv<T> =>
  yargs.parserConfiguration({ 'unknown-options-as-args': true }).strict(false)

/** Runs server and controller until a signal comes. */
export async function develop(argv: DevArguments, given: readonly string[]): Promise<void> {
  const project = findProject(process.cwd())
  const { directory } = project
  if (!argv.cluster && (argv.context !== undefined || argv.address !== undefined))
    throw new UsageError('--context and --address are about a cluster: add --cluster')
  const { context, address } = argv
  const port = Number(flagValue(given, '--secure-port') || '8443')
  const asked = { port, ...(context === undefined ? {} : { context }), ...(address === undefined ? {} : { address }) }
  const inCluster = argv.cluster ? await clusterRun(project, asked) : undefined
  const flags = inCluster ? [...inCluster.flags, ...given] : serverFlags(given)
  const run = new Run(directory, {
    ...argv,
    flags,
    kubeconfig: inCluster?.kubeconfig ?? flagValue(flags, '--write-kubeconfig'),
  })
  let stopping = false
  const stop = (): void => {
    // A terminal's Ctrl-C comes here twice where npm is between: what was laid is taken away to the end.
    if (stopping) return
    stopping = true
    void run
      .stop()
      .then(() => inCluster?.laptop.remove())
      .finally(() => process.exit(run.exitCode))
  }
  run.onEnd = stop
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  await run.start()
  if (!argv.watch) return
  const paths = sources.map((source) => join(directory, source)).filter((path) => existsSync(path))
  let timer: NodeJS.Timeout | undefined
  const changed = new Set<string>()
  watch(paths, { ignoreInitial: true }).on('all', (_event, path) => {
    changed.add(relative(directory, path).replaceAll('\\', '/'))
    clearTimeout(timer)
    timer = setTimeout(() => {
      const files = [...changed]
      changed.clear()
      process.stdout.write(colors.dim(`${files.join(', ')} changed\n`))
      void run.reload(files)
    }, settleMs)
  })
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
