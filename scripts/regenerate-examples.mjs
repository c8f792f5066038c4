// Writes examples/quickstart anew with the CLI, as it is committed. `--check` writes it elsewhere and compares.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'packages/cli/dist/main.js')
const committed = join(root, 'examples/quickstart')
const temporary = mkdtempSync(join(tmpdir(), 'quickstart-'))
const made = join(temporary, 'quickstart')
const run = (cwd, ...args) =>
  execFileSync(process.execPath, [cli, ...args], { cwd, stdio: ['ignore', 'ignore', 'inherit'] })

const ignored = new Set(['node_modules', 'data'])
const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.split(/[\\/]/).some((part) => ignored.has(part)))
    .sort()

try {
  run(temporary, 'init', '--domain', 'example.com', '--directory', made)
  run(made, 'create', 'resource', '--group', 'demo', '--version', 'v1alpha1', '--kind', 'Widget')
  if (process.argv.includes('--check')) {
    const text = (folder) => filesOf(folder).map((path) => `${path}\n${readFileSync(join(folder, path), 'utf8')}`)
    const [now, wanted] = [text(committed), text(made)]
    const wrong = wanted.filter((file) => !now.includes(file)).concat(now.filter((file) => !wanted.includes(file)))
    if (wrong.length) {
      console.error(`examples/quickstart is not what the CLI writes: run \`node scripts/regenerate-examples.mjs\``)
      for (const file of new Set(wrong.map((f) => f.split('\n', 1)[0]))) console.error(`  ${file}`)
      process.exitCode = 1
    }
  } else {
    for (const path of filesOf(committed)) rmSync(join(committed, path))
    cpSync(made, committed, { recursive: true })
  }
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
