import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'chai'
import { Client, KubeConfig, type RawRequest } from '@apiserver-kit/framework/client'
import { freePort } from '../harness/example-server.ts'
import { TemporaryProject } from './temporary-project.ts'

const widgets = join(import.meta.dirname, '..', 'golden', 'widgets.crd.yaml')
const kind = ['--group', 'shop', '--kind', 'BigOrder'] as const

describe('apiserver-kit create', function () {
  this.timeout(180_000)
  let project: TemporaryProject

  before(() => {
    project = new TemporaryProject()
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1alpha1', '--kind', 'BigOrder')
  })
  after(() => {
    project.remove()
  })

  /** Runs a command dry, for real, and again: only the second may change anything. */
  function thrice(...args: string[]): void {
    const before = project.snapshot()
    const plan = JSON.parse(project.ok(...args, '--dry-run', '--json')) as {
      changes: { path: string; action: string; diff: string }[]
    }
    expect(project.snapshot()).to.deep.equal(before)
    const done = JSON.parse(project.ok(...args, '--json')) as {
      dryRun: boolean
      changes: { path: string; action: string }[]
    }
    expect(done.dryRun).to.equal(false)
    expect(done.changes).to.deep.equal(plan.changes.map(({ path, action }) => ({ path, action })))
    const after = project.snapshot()
    const changed = Object.keys(after).filter((path) => after[path] !== before[path])
    expect(plan.changes.filter(({ action }) => action !== 'unchanged').map(({ path }) => path)).to.deep.equal(
      changed.sort(),
    )
    for (const { diff, action } of plan.changes) if (action !== 'unchanged') expect(diff).to.match(/^\+/m)
    expect(project.ok(...args)).to.equal('Nothing to change: everything is there already.\n')
    expect(project.snapshot()).to.deep.equal(after)
  }

  it('version: one more, with its conversion and a test', () => {
    thrice('create', 'version', ...kind, '--version', 'v1beta1')
    expect(project.read('apis/shop/v1beta1/big-order.ts')).to.include("version: 'v1beta1'")
    expect(project.read('test/big-order-v1beta1.test.ts'))
      .to.include("metadata: { name: 'sample' }")
      .and.to.include('size: 1')
    expect(project.refused('create', 'version', ...kind, '--version', 'v1alpha1')).to.include(
      'served in v1alpha1 already',
    )
    expect(project.refused('create', 'version', ...kind, '--version', 'v1', '--from', 'v7')).to.include(
      '--from v7: BigOrder has no such version',
    )
    expect(project.refused('create', 'version', ...kind, '--version', '1')).to.include('--version must be as v1alpha1')
  })

  it('subresource: an action', () => {
    thrice('create', 'subresource', ...kind, '--subresource', 'send-back')
    expect(project.refused('create', 'subresource', ...kind)).to.include('--subresource restart')
    expect(project.refused('create', 'subresource', ...kind, '--subresource', 'Send')).to.include(
      '--subresource must be',
    )
    expect(project.refused('create', 'subresource', ...kind, '--subresource', 'scale')).to.include('use --type scale')
    expect(project.refused('create', 'subresource', ...kind, '--type', 'strange')).to.include('Invalid values')
  })

  it('subresource: scale', () => {
    thrice('create', 'subresource', ...kind, '--type', 'scale')
    expect(project.read('apis/shop/v1alpha1/big-order.ts')).to.match(
      /spec: .*\n(.*\n)*? +replicas: .*\n(.*\n)*?.*status:/,
    )
    expect(
      project.refused('create', 'subresource', ...kind, '--type', 'scale', '--spec-replicas-path', 'spec'),
    ).to.include('--spec-replicas-path must be as .spec.replicas')
  })

  it('admission: a plugin', () => {
    thrice('create', 'admission', '--name', 'RequireOwner')
    expect(project.refused('create', 'admission', '--name', 'x')).to.include(
      '--name must be a word in CamelCase, as RequireOwner',
    )
  })

  it('controller: for a kind that was imported', () => {
    project.ok('import', 'crd', widgets)
    thrice('create', 'controller', '--group', 'golden', '--kind', 'Gadget')
    expect(project.refused('create', 'controller', ...kind)).to.include('controller/big-order.ts is there already')
  })

  it('adds to an imported kind too', () => {
    thrice('create', 'version', '--group', 'golden', '--kind', 'Gadget', '--version', 'v2')
    thrice('create', 'subresource', '--group', 'golden', '--kind', 'Widget', '--subresource', 'polish')
    expect(project.read('apis/golden/v1/widget-polish.ts')).to.include("group: 'golden.example.com'")
  })

  it('says how to add a kind that is not there, and what to write where a marker is gone', () => {
    expect(project.refused('create', 'controller', '--group', 'shop', '--kind', 'Nothing')).to.include(
      'add it with `apiserver-kit create resource --group shop --version v1alpha1 --kind Nothing`',
    )
    const text = project.read('server/admission.ts')
    const before = project.snapshot()
    project.write('server/admission.ts', text.replace('// apiserver-kit:admission', ''))
    expect(project.refused('create', 'admission', '--name', 'Other')).to.match(
      /apiserver-kit:admission.*add by hand:\n {2}new Other\(\),/,
    )
    project.write('server/admission.ts', text)
    expect(project.snapshot()).to.deep.equal(before)
  })

  it('leaves a project that compiles and passes its tests', () => {
    project.typeCheck()
    project.test()
  })

  describe('its server', () => {
    let child: ChildProcess
    let client: Client
    let output = ''

    before(async () => {
      const kubeconfig = join(project.directory, 'data/kubeconfig')
      const flags = [
        '--secure-port',
        String(await freePort()),
        '--data-dir',
        'data',
        '--cert-dir',
        'data',
        '--write-kubeconfig',
        kubeconfig,
      ]
      child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts', ...flags], {
        cwd: project.directory,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      await new Promise<void>((resolve, reject) => {
        const read = (chunk: Buffer): void => {
          output += chunk.toString()
          if (output.includes('Ready at')) resolve()
        }
        child.stdout?.on('data', read)
        child.stderr?.on('data', read)
        child.once('exit', () => {
          reject(new Error(output))
        })
      })
      client = new Client(KubeConfig.load(kubeconfig))
    })
    after(async () => {
      client.close()
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    })

    const orders = (version: string, rest = ''): string =>
      `/apis/shop.example.org/${version}/namespaces/default/bigorders${rest}`
    const ask = async (method: string, path: string, body?: RawRequest['body']): Promise<Record<string, unknown>> =>
      (await client.request({ method, path, ...(body === undefined ? {} : { body }) })) as Record<string, unknown>

    it('serves the versions, the action, the scale and the plugin', async () => {
      const order = {
        apiVersion: 'shop.example.org/v1beta1',
        kind: 'BigOrder',
        metadata: { name: 'first' },
        spec: { size: 3 },
      }
      const made = await ask('POST', orders('v1beta1'), order)
      expect(made).to.deep.include({ apiVersion: 'shop.example.org/v1beta1' })
      expect(made['metadata']).to.deep.include({ labels: { 'example.org/checked': 'true' } })
      expect(await ask('GET', orders('v1alpha1', '/first'))).to.include({ apiVersion: 'shop.example.org/v1alpha1' })
      expect(await ask('GET', orders('v1alpha1', '/first/scale'))).to.include({ kind: 'Scale' })
      const sent = { apiVersion: 'shop.example.org/v1alpha1', kind: 'BigOrderSendBack', spec: { reason: 'broken' } }
      expect(await ask('POST', orders('v1alpha1', '/first/send-back'), sent)).to.deep.include({
        kind: 'BigOrderSendBack',
        status: { message: 'send-back of first: broken' },
      })
    })

    it('is shown by `apiserver-kit show`', () => {
      const text = project.ok('show')
      expect(text).to.match(/^Server +https:\/\/127\.0\.0\.1:\d+ \(v/m)
      expect(text).to.match(/^Serving certificate +apiserver, expires 20\d\d-\d\d-\d\d \(in 36\d days\)$/m)
      expect(text).to.match(/^Client certificate +kubernetes-admin, expires /m)
      expect(text).to.match(/^ {2}bigorders\/send-back +BigOrderSendBack: create$/m)
      const shown = JSON.parse(project.ok('show', '--json', '--kubeconfig', 'data/kubeconfig')) as {
        servingCertificate: { daysLeft: number }
        versions: { groupVersion: string; resources: { name: string }[] }[]
      }
      expect(shown.servingCertificate.daysLeft).to.be.greaterThan(300)
      expect(shown.versions.map(({ groupVersion }) => groupVersion)).to.include.members([
        'shop.example.org/v1alpha1',
        'shop.example.org/v1beta1',
        'golden.example.com/v2',
      ])
      expect(project.refused('show', '--kubeconfig', 'absent')).to.include('--kubeconfig absent: there is no such file')
    })
  })

  it('show says what to do when nobody answers', () => {
    const cluster = { name: 'none', cluster: { server: 'https://127.0.0.1:1' } }
    const context = { name: 'none', context: { cluster: 'none', user: 'none' } }
    const users = [{ name: 'none', user: {} }]
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'none',
      clusters: [cluster],
      contexts: [context],
      users,
    }
    project.write('nobody.kubeconfig', JSON.stringify(config))
    expect(project.refused('show', '--kubeconfig', 'nobody.kubeconfig')).to.match(/ECONNREFUSED.*\n.*npm start/)
  })
})
