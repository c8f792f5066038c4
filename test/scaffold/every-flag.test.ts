import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { TemporaryProject } from './temporary-project.ts'

const main = join(import.meta.dirname, '..', '..', 'packages/cli/dist/main.js')

/** Every command has them, and cli.test tries them. */
const everywhere = new Set(['--help', '--version', '--no-color', '--color'])

/** Commands run with flags that no other test gives them, and what is then there. */
const runs: readonly { readonly line: string; readonly file?: string; readonly holds: string }[] = [
  {
    line: 'create subresource --group shop --kind Order --type scale --spec-replicas-path .spec.size --status-replicas-path .status.parts --label-selector-path .spec.message',
    file: 'server/order.ts',
    holds: '.status.parts',
  },
  { line: 'create storage --name Journal --dry-run', holds: '+++ b/server/storage/journal.ts' },
  { line: 'create storage --name Journal --no-use --json', holds: '"path": "server/storage/journal.ts"' },
  {
    line: 'manifests --volume-size 3Gi --image a/b:1',
    file: 'manifests/base/persistent-volume-claim.yaml',
    holds: '3Gi',
  },
  {
    line: 'manifests --storage-class fast-ssd --apiserver-args=--v=4 --controller-args=--v=2 --image-pull-secrets mine',
    file: 'manifests/base/deployment.yaml',
    holds: '--v=4',
  },
  { line: 'upgrade --json', holds: '"changes"' },
  { line: 'docs --title Shop --dry-run', holds: 'Shop' },
  {
    line: 'create resource --group shop --version v1 --kind Parcel --short-name pc --category all --dry-run',
    holds: "shortNames: ['pc'],",
  },
]

const completions = (...words: string[]): string[] =>
  spawnSync(process.execPath, [main, '--get-yargs-completions', 'apiserver-kit', ...words], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n')
    .filter((name) => name)

/** Every command with its flags, as the CLI itself tells them. */
function commands(path: readonly string[] = []): { path: readonly string[]; flags: readonly string[] }[] {
  // What has no commands below it completes nothing, or the same again.
  const below = path.length > 1 ? [] : completions(...path, '').filter((name) => /^[a-z-]+$/.test(name))
  const own = path.length === 0 ? [] : [{ path, flags: completions(...path, '--').filter((f) => f.startsWith('--')) }]
  const groups = ['create', 'import', 'run']
  return path.length === 0 || groups.includes(path[0] ?? '')
    ? [...own, ...below.flatMap((name) => commands([...path, name]))]
    : own
}

/** Texts of the tests that spawn the CLI. */
const tests = ['scaffold', 'conform', 'cluster', 'docs', 'harness'].flatMap((folder) => {
  const directory = join(import.meta.dirname, '..', folder)
  return readdirSync(directory)
    .filter((file) => file.endsWith('.ts') && file !== 'every-flag.test.ts')
    .map((file) => readFileSync(join(directory, file), 'utf8'))
})

/** The command is there, and the flag: as words of their own, or in a line as it is typed. */
const tries = (text: string, path: readonly string[], flag: string): boolean =>
  (path.every((word) => text.includes(`'${word}'`)) || text.includes(path.join(' '))) &&
  new RegExp(`['" \`]${flag}['" \`=]`).test(text)

describe('every flag of apiserver-kit', function () {
  this.timeout(120_000)
  let project: TemporaryProject
  before(() => {
    project = new TemporaryProject()
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'Order')
  })
  after(() => {
    project.remove()
  })

  for (const { line, file, holds } of runs)
    it(`does something in \`apiserver-kit ${line}\``, () => {
      const stdout = project.ok(...line.split(' '))
      expect(file === undefined ? stdout : project.read(file)).to.include(holds)
    })

  it('is tried on a process by some test', () => {
    const all = commands()
    expect(all.map(({ path }) => path.join(' '))).to.include.members([
      'init',
      'create resource',
      'import openapi',
      'run in-cluster',
      'dev',
      'migrate-storage',
      'upgrade',
      'version',
    ])
    const untried = all.flatMap(({ path, flags }) =>
      flags
        .filter((flag) => !everywhere.has(flag))
        // One of the two is the default.
        .filter((flag) => {
          const positive = flag.replace(/^--no-/, '--')
          return ![positive, positive.replace('--', '--no-')].some(
            (name) =>
              runs.some(
                ({ line }) => line.startsWith(path.join(' ')) && ` ${line} `.replaceAll('=', ' ').includes(` ${name} `),
              ) || tests.some((text) => tries(text, path, name)),
          )
        })
        .map((flag) => `${path.join(' ')} ${flag}`),
    )
    expect(untried).to.deep.equal([])
  })
})
