import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'chai'
import { Client, KubeConfig } from '@apiserver-kit/framework/client'
import { freePort } from '../harness/example-server.ts'
import { main } from '../harness/recorded-cli.ts'
import { TemporaryProject } from './temporary-project.ts'

const root = join(import.meta.dirname, '..', '..')

/** What a project is made into, and how it is run. */
describe('apiserver-kit', function () {
  this.timeout(180_000)
  let project: TemporaryProject

  before(() => {
    project = new TemporaryProject()
    project.ok('create', 'group', '--group', 'shop', '--description', 'What is <sold> & bought.')
    project.ok(
      'create',
      'resource',
      '--group',
      'shop',
      '--version',
      'v1alpha1',
      '--kind',
      'BigOrder',
      '--short-names',
      'bo',
    )
    project.ok('create', 'version', '--group', 'shop', '--kind', 'BigOrder', '--version', 'v1beta1')
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1alpha1', '--kind', 'Town', '--cluster-scoped')
  })
  after(() => {
    project.remove()
  })

  /** Runs it dry, for real, and again: only the second may change anything. */
  function laid(...args: string[]): void {
    const before = project.snapshot()
    expect(project.ok(...args, '--dry-run')).to.include('nothing was changed (--dry-run)')
    expect(project.snapshot()).to.deep.equal(before)
    const { changes } = JSON.parse(project.ok(...args, '--json')) as { changes: { path: string }[] }
    for (const { path } of changes) expect(project.has(path), path).to.equal(true)
    expect(project.ok(...args)).to.equal('Nothing to change: everything is there already.\n')
  }

  const nothing = new TemporaryProject('nothing')
  after(() => {
    nothing.remove()
  })

  describe('docs', () => {
    it('writes a page for each kind and version, which lead to each other', () => {
      laid('docs', '--title', 'The shop')
      const index = project.read('docs/api/index.html')
      expect(index).to.include('<h1>The shop</h1>').and.to.include('What is &#60;sold&#62; &#38; bought.')
      const links = [...index.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link)
      expect(links).to.have.members([
        'shop.example.org/v1beta1/bigorder.html',
        'shop.example.org/v1alpha1/bigorder.html',
        'shop.example.org/v1alpha1/town.html',
      ])
      const page = project.read(`docs/api/${links[0] ?? ''}`)
      for (const text of [
        'bigorders, bigorder, bo',
        'How many parts are wanted.',
        'maximum 100',
        '…/NAME/status',
        'apiVersion: shop.example.org/',
      ])
        expect(page).to.include(text)
      expect(page).to.not.include('<script')
      for (const link of [...links, 'index.html']) expect(project.has(`docs/api/${link}`), link).to.equal(true)
    })

    it('takes away the pages of what is no more, and nothing of yours', () => {
      const index = project.read('docs/api/index.html')
      project.write('docs/api/shop.example.org/v0/gone.html', index)
      project.write('docs/api/mine.html', '<p>Mine</p>')
      project.ok('docs', '--title', 'The shop')
      expect(project.has('docs/api/shop.example.org/v0/gone.html')).to.equal(false)
      expect(project.has('docs/api/mine.html')).to.equal(true)
    })

    it('says what to type where there is nothing', () => {
      expect(nothing.refused('docs')).to.include('add a kind with `apiserver-kit create resource')
    })
  })

  describe('client', () => {
    it('writes a package that compiles, with a kind for each version', () => {
      laid('client', '--name', '@shop/client')
      const tsc = join(root, 'node_modules/typescript/bin/tsc')
      const run = spawnSync(process.execPath, [tsc, '-p', 'client'], { cwd: project.directory, encoding: 'utf8' })
      expect(run.stdout + run.stderr).to.equal('')
      const { exports } = JSON.parse(project.read('client/package.json')) as {
        exports: { default: string; types: string }
      }
      for (const file of Object.values(exports)) expect(project.has(`client/${file}`), file).to.equal(true)
      const names = spawnSync(
        process.execPath,
        [
          '--input-type=module',
          '--eval',
          `console.log(Object.keys(await import('./client/${exports.default}')).join())`,
        ],
        { cwd: project.directory, encoding: 'utf8' },
      ).stdout
      expect(names.trim()).to.match(/^BigOrder,BigOrderV1(alpha|beta)1,Client,KubeConfig,Town$/)
    })

    it('says what is wrong', () => {
      expect(project.refused('client', '--name', 'A B')).to.include('--name must be a name that npm takes')
      expect(nothing.refused('client')).to.include('no kind is declared below apis/')
    })
  })

  describe('build', () => {
    it('makes one file of each program, that runs', () => {
      laid('build', '--no-sbom')
      const run = spawnSync(process.execPath, ['dist/server.mjs', '--help'], {
        cwd: project.directory,
        encoding: 'utf8',
      })
      expect(run.stdout, run.stderr).to.include('--secure-port')
      expect(project.ok('build', '--no-sbom', '--minify', '--target', 'server', '--output', 'small')).to.include(
        'create small/server.mjs',
      )
      expect(project.has('small/controller.mjs')).to.equal(false)
      expect(project.read('small/server.mjs').length).to.be.lessThan(project.read('dist/server.mjs').length * 0.8)
    })

    it('builds and pushes an image', () => {
      const calls = withFakeTools(project, () =>
        project.ok('build', '--no-sbom', '--image', 'r/shop:1', '--push', '--container-tool', './podman'),
      )
      expect(calls).to.deep.equal(['podman build --tag r/shop:1 .', 'podman push r/shop:1'])
    })

    it('says what is wrong', () => {
      expect(project.refused('build', '--push')).to.include('--push needs an image: --image REGISTRY/NAME:TAG')
      expect(project.refused('build', '--no-sbom', '--image', 'x', '--container-tool', 'no-such-tool')).to.include(
        'no-such-tool is not installed',
      )
      expect(project.refused('build', '--target', 'all')).to.include('Invalid values')
      const text = project.read('server/main.ts')
      project.write('server/main.ts', `${text}\nimport './absent.ts'\n`)
      expect(project.refused('build', '--no-sbom')).to.match(/does not compile:[^]*absent\.ts/)
      project.write('server/main.ts', text)
    })
  })

  describe('run', () => {
    it('in-cluster: image, manifests, kubectl, and the wait', () => {
      const steps = project
        .ok('run', 'in-cluster', '--dry-run', '--image', 'r/shop:1', '--context', 'kind', '--apiserver-args=--v=4')
        .trim()
        .split('\n')
      expect(steps.map((step) => step.replace(/^.*main\.js'? /, 'apiserver-kit '))).to.deep.equal([
        'docker build --tag r/shop:1 .',
        'docker push r/shop:1',
        'apiserver-kit manifests --image=r/shop:1 --apiserver-args=--v=4',
        'kubectl --context kind apply -k manifests/overlays/default',
        'kubectl --context kind --namespace shop-system rollout status deployment/shop --timeout 3m',
        'kubectl --context kind wait --for condition=Available apiservice/v1beta1.shop.example.org apiservice/v1alpha1.shop.example.org --timeout 3m',
      ])
      const calls = withFakeTools(project, () =>
        project.ok(
          'run',
          'in-cluster',
          '--image',
          'r/shop:1',
          '--no-build-image',
          '--no-push-image',
          '--timeout',
          '9s',
          '--volume-size',
          '3Gi',
        ),
      )
      expect(calls.map((call) => call.split(' ').slice(0, 3).join(' '))).to.deep.equal([
        'kubectl apply -k',
        'kubectl --namespace shop-system',
        'kubectl wait --for',
      ])
      expect(project.read('manifests/base/deployment.yaml')).to.include('image: r/shop:1')
      expect(project.read('manifests/base/persistent-volume-claim.yaml')).to.include('storage: 3Gi')
      expect(project.refused('run', 'local', '--run', 'etcd')).to.include('--run etcd: it must be server, controller')
      expect(project.refused('run')).to.include('run where? Run: apiserver-kit run local')
    })

    it('local: the server and the controller, until one of them ends', async () => {
      const port = String(await freePort())
      const start = (): ReturnType<typeof spawn> =>
        spawn(process.execPath, [main, 'run', 'local', '--run', 'server', '--secure-port', port], {
          cwd: project.directory,
          stdio: ['ignore', 'pipe', 'pipe'],
        })
      const child = start()
      const lines = createInterface({ input: child.stdout! })
      for await (const line of lines) if (line.startsWith('Ready at')) break
      expect(project.refused('migrate-storage')).to.match(
        /could not be migrated: the data folder .* stop that one first/,
      )
      const client = new Client(KubeConfig.load(join(project.directory, 'data/kubeconfig')))
      await client.request({
        method: 'POST',
        path: '/apis/shop.example.org/v1alpha1/namespaces/default/bigorders',
        body: {
          apiVersion: 'shop.example.org/v1alpha1',
          kind: 'BigOrder',
          metadata: { name: 'one' },
          spec: { size: 1 },
        },
      })
      client.close()
      const second = start()
      expect((await once(second, 'exit'))[0], 'the port is taken').to.equal(1)
      child.kill('SIGTERM')
      expect((await once(child, 'exit'))[0]).to.equal(0)
    })
  })

  describe('migrate-storage', () => {
    it('rewrites what is stored in another version', () => {
      expect(project.ok('migrate-storage', '--data-dir', 'data')).to.match(
        /^bigorders\.shop\.example\.org: 0 rewritten in .*v1alpha1, 1 as they should be/m,
      )
      const [first] = JSON.parse(project.ok('migrate-storage', '--json')) as { resource: string; failed: unknown[] }[]
      expect(first).to.deep.include({ resource: 'bigorders.shop.example.org', failed: [] })
    })

    it('says what is wrong', () => {
      expect(project.refused('migrate-storage', '--etcd-certfile', 'x')).to.include(
        '--etcd-certfile and --etcd-keyfile go together',
      )
      expect(project.refused('migrate-storage', '--data-dir', 'nowhere')).to.equal(
        'error: the stored objects could not be migrated: --data-dir nowhere: there is no such folder\n',
      )
      expect(project.has('nowhere')).to.equal(false)
      const text = project.read('server/main.ts')
      project.write('server/main.ts', text.replace('backendOf(flags)', 'myBackend()'))
      expect(project.refused('migrate-storage')).to.include('has a storage of its own')
      project.write('server/main.ts', text)
    })
  })
})

/** What `docker`, `podman` and `kubectl` are called with, by doubles of theirs. */
function withFakeTools(project: TemporaryProject, work: () => unknown): string[] {
  for (const tool of ['docker', 'podman', 'kubectl']) {
    project.write(tool, `#!/bin/sh\necho "${tool} $*" >> calls\n`)
    chmodSync(join(project.directory, tool), 0o755)
  }
  const path = process.env['PATH']
  process.env['PATH'] = `${project.directory}:${path ?? ''}`
  try {
    work()
  } finally {
    process.env['PATH'] = path
  }
  const file = join(project.directory, 'calls')
  const calls = existsSync(file) ? project.read('calls').trim().split('\n') : []
  project.write('calls', '')
  return calls
}
