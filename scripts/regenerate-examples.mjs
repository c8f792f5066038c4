// Writes what the CLI made of the examples anew: all of it, but for the files that are an example's own. `--check` writes it elsewhere and compares.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'packages/cli/dist/main.js')

const examples = [
  {
    name: 'quickstart',
    commands: [['create', 'resource', '--group', 'demo', '--version', 'v1alpha1', '--kind', 'Widget']],
    generated: () => true,
  },
  {
    name: 'widgets',
    commands: [['import', 'crd', join(root, 'test/golden/widgets.crd.yaml')]],
    // The rest of the project is the example's own.
    generated: (path) => /^(?:apis\/.*|server\/(?:gadget|resources|widget)\.ts)$/.test(path),
  },
  {
    name: 'fortune',
    commands: [resource('fun', 'Fortune', '--storage', 'none', '--cluster-scoped', '--short-names', 'ft')],
    generated: allBut('server/fortune.ts', 'test/fortune.test.ts'),
  },
  {
    name: 'files',
    commands: [['create', 'storage', '--name', 'Files'], resource('notes', 'Note', '--no-controller')],
    generated: allBut(),
  },
  {
    // The kinds of apiserver-builder's examples: with status, in no namespace, without storage, with a scale and things below, with field selectors.
    name: 'builder-basics',
    commands: [
      resource('innsmouth', 'DeepOne'),
      resource('kingsport', 'Festival', '--cluster-scoped', '--short-names', 'fs,fst'),
      resource('miskatonic', 'Student', '--storage', 'none'),
      resource('miskatonic', 'University', '--scale'),
      below('University', 'campus', 'arbitrary'),
      below('University', 'tunnel', 'connect'),
      below('University', 'log', 'stream'),
      resource('olympus', 'Poseidon'),
    ],
    generated: allBut('apis/olympus/v1alpha1/poseidon.ts', 'test/below.test.ts', 'test/poseidon-selectors.test.ts'),
  },
]

function resource(group, kind, ...flags) {
  return ['create', 'resource', '--group', group, '--version', 'v1alpha1', '--kind', kind, ...flags]
}
function below(kind, name, type) {
  return ['create', 'subresource', '--group', 'miskatonic', '--kind', kind, '--subresource', name, '--type', type]
}
/** Each tells on a page of its own what it shows, with objects to try. */
function allBut(...own) {
  return (path) => ![...own, 'README.md', 'objects.yaml'].includes(path)
}

const ignored = new Set(['node_modules', 'data'])
const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => !path.split('/').some((part) => ignored.has(part)))
    .sort()

const temporary = mkdtempSync(join(tmpdir(), 'examples-'))
try {
  for (const example of examples) regenerate(example)
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

function regenerate({ name, commands, generated }) {
  const committed = join(root, 'examples', name)
  const made = join(temporary, name)
  const run = (cwd, ...args) =>
    execFileSync(process.execPath, [cli, ...args], { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  run(temporary, 'init', '--domain', 'example.com', '--directory', made)
  for (const command of commands) run(made, ...command)
  const paths = (folder) => filesOf(folder).filter(generated)
  if (process.argv.includes('--check')) {
    const text = (folder) => paths(folder).map((path) => `${path}\n${readFileSync(join(folder, path), 'utf8')}`)
    const [now, wanted] = [text(committed), text(made)]
    const wrong = wanted.filter((file) => !now.includes(file)).concat(now.filter((file) => !wanted.includes(file)))
    if (!wrong.length) return
    console.error(`examples/${name} is not what the CLI writes: run \`node scripts/regenerate-examples.mjs\``)
    for (const file of new Set(wrong.map((f) => f.split('\n', 1)[0]))) console.error(`  ${file}`)
    process.exitCode = 1
    return
  }
  for (const path of paths(committed)) rmSync(join(committed, path))
  for (const path of paths(made)) {
    mkdirSync(dirname(join(committed, path)), { recursive: true })
    cpSync(join(made, path), join(committed, path))
  }
}
