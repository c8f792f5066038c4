import type { CommandModule } from 'yargs'
import { createAdmission } from './create-admission.ts'
import { createController } from './create-controller.ts'
import { createGroup } from './create-group.ts'
import { createResource } from './create-resource.ts'
import { createStorage } from './create-storage.ts'
import { createSubresource } from './create-subresource.ts'
import { createVersion } from './create-version.ts'

export const create: CommandModule = {
  command: 'create',
  describe: 'Adds something to the project',
  builder: (yargs) =>
    yargs
      .command(createGroup)
      .command(createResource)
      .command(createVersion)
      .command(createSubresource)
      .command(createController)
      .command(createAdmission)
      .command(createStorage)
      .demandCommand(1, 'create what? Run: apiserver-kit create resource --help'),
  handler: () => undefined,
}
