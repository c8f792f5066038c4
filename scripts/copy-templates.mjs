// Puts the templates into the cli's package before it is packed.
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const target = join(root, 'packages/cli/templates')
rmSync(target, { recursive: true, force: true })
cpSync(join(root, 'templates'), target, { recursive: true })
