// Puts the templates into the cli's package before it is packed, and with `--remove` takes them out again: in the repository they stand once.
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const target = join(root, 'packages/cli/templates')
rmSync(target, { recursive: true, force: true })
if (!process.argv.includes('--remove')) cpSync(join(root, 'templates'), target, { recursive: true })
