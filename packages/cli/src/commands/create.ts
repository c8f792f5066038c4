import type { CommandModule } from 'yargs'
import { createResource } from './create-resource.ts'

export const create: CommandModule = {
  command: 'create',
  describe: 'Adds something to the project',
  builder: (yargs) =>
    yargs.command(createResource).demandCommand(1, 'create what? Run: apiserver-kit create resource --help'),
  handler: () => undefined,
}
