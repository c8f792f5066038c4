import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { cliCalls, main, type CliCall } from '../harness/recorded-cli.ts'
import { TemporaryProject } from './temporary-project.ts'

/** Every command has them, and cli.test tries them. */
const everywhere = new Set(['--help', '--version', '--no-color', '--color'])

const etcd = '--storage etcd --replicas 3 --etcd-servers https://etcd:2379 --etcd-secret etcd-client'

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
  { line: 'init --domain example.org --directory other --dry-run', holds: '+++ b/server/main.ts' },
  { line: 'init --domain example.org --directory other --dry-run --json', holds: '"action": "create"' },
  { line: 'create group --group shop --description Things --dry-run', holds: '"description": "Things"' },
  { line: 'create group --group shop --description Things --dry-run --json', holds: '"dryRun": true' },
  { line: 'create resource --group shop --version v1 --kind Parcel --dry-run --json', holds: '"dryRun": true' },
  {
    line: 'create version --group shop --kind Order --version v2 --from v1 --dry-run',
    holds: '+++ b/apis/shop/v2/order.ts',
  },
  { line: 'import crd widgets.yaml --dry-run', holds: '+++ b/server/widget.ts' },
  { line: 'import crd widgets.yaml --dry-run --json', holds: '"path": "server/widget.ts"' },
  { line: 'client --output sdk --dry-run', holds: '+++ b/sdk/index.ts' },
  { line: 'docs --output pages --dry-run', holds: '+++ b/pages/index.html' },
  {
    line: `manifests --name other --namespace others ${etcd} --output deploy --dry-run`,
    holds: '+  replicas: 3',
  },
  {
    line: `run in-cluster --name other --namespace others ${etcd} --output deploy --container-tool podman --dry-run`,
    holds: 'kubectl apply -k deploy/overlays/default',
  },
  {
    line: 'run in-cluster --image-pull-secrets mine --service-account me --storage-class fast --dry-run',
    holds: '--image-pull-secrets=mine --service-account=me',
  },
  {
    line: 'run in-cluster --controller-args=--v=2 --controller-env A=b --controller-secret s --controller-secret-mount /s --dry-run',
    holds: '--controller-args=--v=2 --controller-env=A=b --controller-secret=s --controller-secret-mount=/s',
  },
  {
    line: 'run in-cluster --tls secret --tls-secret mine --ca-file ca.pem --dry-run',
    holds: '--tls-secret=mine --ca-file=ca.pem',
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

/** The command that was run; a word of it may stand anywhere before the first flag. */
const isOf = ({ words }: CliCall, path: readonly string[]): boolean => path.every((word, i) => words[i] === word)

/** All was well, or something was found. */
const ended = ({ words, code }: CliCall): boolean =>
  code === 0 || (code === 1 && (words.includes('--check') || ['conform', 'doctor'].includes(words[0] ?? '')))

/** Flags of commands that no call had, and commands that none was of. */
function untried(calls: readonly CliCall[], known = commands()): string[] {
  const good = calls.filter(ended).map((call) => ({ ...call, flags: new Set(call.words.map((w) => w.split('=')[0])) }))
  return known.flatMap(({ path, flags }) => {
    const own = good.filter((call) => isOf(call, path))
    if (!own.length) return [path.join(' ')]
    return flags
      .filter((flag) => !everywhere.has(flag))
      .filter((flag) => {
        // One of the two is the default.
        const positive = flag.replace(/^--no-/, '--')
        return !own.some((call) => call.flags.has(positive) || call.flags.has(positive.replace('--', '--no-')))
      })
      .map((flag) => `${path.join(' ')} ${flag}`)
  })
}

/** The files of tests that run the CLI. */
const users = ['scaffold', 'conform', 'docs'].flatMap((folder) => {
  const directory = join(import.meta.dirname, '..', folder)
  return readdirSync(directory)
    .map((file) => join(directory, file))
    .filter((file) => file.endsWith('.test.ts') && /recorded-cli|temporary-project/.test(readFileSync(file, 'utf8')))
})

describe('every flag of apiserver-kit', function () {
  this.timeout(120_000)
  let project: TemporaryProject
  before(() => {
    project = new TemporaryProject()
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'Order')
    project.write('widgets.yaml', readFileSync(join(import.meta.dirname, '..', 'golden/widgets.crd.yaml'), 'utf8'))
    project.write('ca.pem', '-----BEGIN CERTIFICATE-----\n')
  })
  after(() => {
    project.remove()
  })

  for (const { line, file, holds } of runs)
    it(`does something in \`apiserver-kit ${line}\``, () => {
      const stdout = project.ok(...line.split(' '))
      expect(file === undefined ? stdout : project.read(file)).to.include(holds)
    })

  it('is known here, with its command', () => {
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
    expect(untried([{ words: ['version'], code: 0 }], all)).to.include.members(['init', 'version --json'])
    expect(untried([{ words: ['version', '--json'], code: 2 }], all)).to.include('version')
    const tried = untried([{ words: ['version', '--json'], code: 0 }], all)
    expect(tried).to.not.include('version').and.to.not.include('version --json')
  })
})

// At the end of a run of all tests: each flag was given to a process, which took it. A run of some tests says nothing about the others.
after(function () {
  this.timeout(60_000)
  const loaded = new Set(this.test?.parent?.suites.map(({ file }) => file))
  if (users.every((file) => loaded.has(file))) expect(untried(cliCalls())).to.deep.equal([])
})
