import type { CommandModule } from 'yargs'
import { build } from './build.ts'
import { client } from './client.ts'
import { completion } from './completion.ts'
import { conform } from './conform.ts'
import { create } from './create.ts'
import { docs } from './docs.ts'
import { doctor } from './doctor.ts'
import { dev } from './dev.ts'
import { importCommand } from './import.ts'
import { init } from './init.ts'
import { manifests } from './manifests.ts'
import { migrateStorage } from './migrate-storage.ts'
import { run } from './run.ts'
import { show } from './show.ts'
import { upgrade } from './upgrade.ts'
import { version } from './version.ts'

/** All commands. One more is a file beside this one and a line here. */
export const commands = [
  init,
  create,
  importCommand,
  dev,
  run,
  build,
  client,
  docs,
  migrateStorage,
  manifests,
  conform,
  doctor,
  show,
  upgrade,
  completion,
  version,
] as readonly CommandModule[]
