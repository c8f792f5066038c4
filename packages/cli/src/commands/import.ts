import type { CommandModule } from 'yargs'
import { importCrd } from './import-crd.ts'

export const importCommand: CommandModule = {
  command: 'import',
  describe: 'Adds what another API declares',
  builder: (yargs) => yargs.command(importCrd).demandCommand(1, 'import what? Run: apiserver-kit import crd FILE'),
  handler: () => undefined,
}
