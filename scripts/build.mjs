// Compiles the packages; `dist/.built` says when, so that nobody builds twice.
import { spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const packages = ['framework', 'cli'].map((name) => join(root, 'packages', name))
const started = new Date()
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-b', ...packages], { cwd: root, stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
for (const folder of packages) writeFileSync(join(folder, 'dist/.built'), `${started.toISOString()}\n`)
chmodSync(join(root, 'packages/cli/dist/main.js'), 0o755)
