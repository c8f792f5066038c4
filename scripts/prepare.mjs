// Makes a fresh clone ready to run: installs and builds what is missing or out of date. `npm start` and `npm test` begin with it.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const packages = ['framework', 'cli']

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`error: Node 20.19 or newer is needed, this is ${process.version}: see https://nodejs.org`)
  process.exit(1)
}

function run(what, args) {
  console.error(`${what} (npm ${args.join(' ')}) …`)
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (status !== 0) {
    console.error(`error: \`npm ${args.join(' ')}\` failed: the lines above say why`)
    process.exit(status ?? 1)
  }
}

const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0)

function newestSource(directory) {
  let newest = 0
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    newest = Math.max(newest, entry.isDirectory() ? newestSource(path) : statSync(path).mtimeMs)
  }
  return newest
}

if (modified(join(root, 'node_modules/.package-lock.json')) < modified(join(root, 'package-lock.json')))
  run('Installing', ['ci', '--no-audit', '--no-fund'])
const stale = packages.some((name) => {
  const folder = join(root, 'packages', name)
  return modified(join(folder, 'dist/.built')) < newestSource(join(folder, 'src'))
})
if (stale) run('Building', ['run', '--silent', 'build'])
