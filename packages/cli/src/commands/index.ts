import type { CommandModule } from 'yargs'
import { create } from './create.ts'
import { dev } from './dev.ts'
import { importCommand } from './import.ts'
import { init } from './init.ts'
import { manifests } from './manifests.ts'

/** All commands. One more is a file beside this one and a line here. */
export const commands = [init, create, importCommand, dev, manifests] as readonly CommandModule[]
