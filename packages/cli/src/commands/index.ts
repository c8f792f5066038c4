import type { CommandModule } from 'yargs'
import { completion } from './completion.ts'
import { conform } from './conform.ts'
import { create } from './create.ts'
import { doctor } from './doctor.ts'
import { dev } from './dev.ts'
import { importCommand } from './import.ts'
import { init } from './init.ts'
import { manifests } from './manifests.ts'
import { show } from './show.ts'
import { version } from './version.ts'

/** All commands. One more is a file beside this one and a line here. */
export const commands = [
  init,
  create,
  importCommand,
  dev,
  manifests,
  conform,
  doctor,
  show,
  completion,
  version,
] as readonly CommandModule[]
