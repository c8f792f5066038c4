import type { CommandModule } from 'yargs'
import { UsageError } from '../user-error.ts'
import { develop, withServerFlags } from './dev.ts'

export const runLocal: CommandModule<object, { run: string }> = {
  command: 'local',
  describe: 'Runs the server and, when it is ready, the controller, as they are: `dev` without its reloading',
  builder: (yargs) =>
    withServerFlags(yargs)
      .option('run', {
        type: 'string',
        default: 'server,controller',
        describe: 'which of them; a controller alone takes data/kubeconfig',
      })
      .epilogue('All other flags go to the server: apiserver-kit run local --secure-port 7443'),
  handler: ({ run, _ }) => {
    const programs = run.split(',')
    if (!programs.every((name) => name === 'server' || name === 'controller'))
      throw new UsageError(`--run ${run}: it must be server, controller, or server,controller`)
    const [server, controller] = [programs.includes('server'), programs.includes('controller')]
    return develop({ server, controller, watch: false }, _.slice(2).map(String))
  },
}
