import type { CommandModule } from 'yargs'
import { runInCluster } from './run-in-cluster.ts'
import { runLocal } from './run-local.ts'

export const run: CommandModule = {
  command: 'run',
  describe: 'Runs the project, here or in a cluster',
  builder: (yargs) =>
    yargs.command(runLocal).command(runInCluster).demandCommand(1, 'run where? Run: apiserver-kit run local'),
  handler: () => undefined,
}
