import type { CommandModule } from 'yargs'
import { createAdmission } from './create-admission.ts'
import { createController } from './create-controller.ts'
import { createResource } from './create-resource.ts'
import { createSubresource } from './create-subresource.ts'
import { createVersion } from './create-version.ts'

export const create: CommandModule = {
  command: 'create',
  describe: 'Adds something to the project',
  builder: (yargs) =>
    yargs
      .command(createResource)
      .command(createVersion)
      .command(createSubresource)
      .command(createController)
      .command(createAdmission)
      .demandCommand(1, 'create what? Run: apiserver-kit create resource --help'),
  handler: () => undefined,
}
