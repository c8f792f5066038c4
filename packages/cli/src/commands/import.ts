import type { CommandModule } from 'yargs'
import { importCrd } from './import-crd.ts'
import { importOpenApi } from './import-openapi.ts'

export const importCommand: CommandModule = {
  command: 'import',
  describe: 'Adds what another API declares',
  builder: (yargs) =>
    yargs.command(importCrd).command(importOpenApi).demandCommand(1, 'import what? Run: apiserver-kit import crd FILE'),
  handler: () => undefined,
}
