import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  defineKind,
  ScaleSubresource,
  StatusSubresource,
  StoredResource,
  Type,
  type ObjectOf,
} from '@apiserver-kit/framework'
import { TestServer } from '@apiserver-kit/framework/testing'
import { expect } from 'chai'
import { HttpClient } from '../../packages/cli/src/cluster/http-client.ts'
import { rules } from '../../packages/cli/src/conform/rules/index.ts'
import { conform, type ConformReport } from '../../packages/cli/src/conform/run.ts'
import { build, NoGo, type Binaries } from '../bench/build.ts'
import { startGo } from '../bench/stack.ts'
import { ExampleServer } from '../harness/example-server.ts'
import { CannotBuild } from '../harness/go-build.ts'
import { main } from '../harness/recorded-cli.ts'
import { DefectProxy, type Upstream } from './defect-proxy.ts'
import { defects, type Defect } from './defects.ts'

const Widget = defineKind({
  group: 'demo.example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  schema: Type.Object({
    spec: Type.Object({
      size: Type.Integer({ minimum: 1, maximum: 9 }),
      replicas: Type.Optional(Type.Int32({ default: 1 })),
    }),
    status: Type.Optional(Type.Object({ replicas: Type.Optional(Type.Int32()) })),
  }),
})
type Widget = ObjectOf<typeof Widget>

class WidgetResource extends StoredResource<Widget> {
  readonly storageVersion = Widget
  override readonly subresources = [
    new StatusSubresource<Widget>(),
    new ScaleSubresource<Widget>({ specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' }),
  ]
}

const failing = ({ results }: ConformReport): string[] => [
  ...new Set(results.filter(({ outcome }) => outcome === 'failed').map(({ rule }) => rule)),
]

/** Go's sample-apiserver and its etcd, built in some minutes where they are not there yet. */
function goServer(): Binaries | undefined {
  try {
    return build({ alone: false })
  } catch (error) {
    if (!(error instanceof NoGo || error instanceof CannotBuild)) throw error
    console.log(`LEFT OUT: conform on Go's sample-apiserver: ${error.message}`)
    return undefined
  }
}

describe('apiserver-kit conform', function () {
  this.timeout(240_000)
  let server: TestServer
  let upstream: Upstream
  const folder = mkdtempSync(join(tmpdir(), 'conform-'))

  before(async () => {
    server = await TestServer.start({ resources: [new WidgetResource()] })
    const certificates = join(server.directory, 'certificates')
    upstream = {
      url: server.apiServer.url,
      credentials: {
        cert: join(certificates, 'admin.crt'),
        key: join(certificates, 'admin.key'),
        ca: join(certificates, 'ca.crt'),
      },
    }
  })
  after(async () => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function judged(defect: Defect): Promise<ConformReport> {
    const proxy = await DefectProxy.start(upstream, defect)
    const http = new HttpClient({ server: proxy.url })
    try {
      const options = { group: undefined, resource: undefined, namespace: undefined, samples: [], watchSeconds: 3 }
      return await conform(http, { ...options, rules, onResult: () => undefined })
    } finally {
      http.close()
      proxy.close()
    }
  }

  it('passes on ours, every rule', async () => {
    const report = await judged({ name: 'none', breaks: [] })
    expect(report.results.filter(({ outcome }) => outcome === 'failed')).to.deep.equal([])
    expect(report.results.filter(({ outcome }) => outcome === 'skipped')).to.deep.equal([])
    expect(report).to.include({ score: 100, passed: rules.length, failed: 0 })
    expect(rules.length).to.be.greaterThan(70)
  })

  it('leaves nothing behind', async () => {
    const { items } = await server.client.resource(Widget).list()
    expect(items.map(({ metadata }) => metadata.name)).to.deep.equal([])
  })

  for (const defect of defects)
    it(`fails where ${defect.name}`, async () => {
      const report = await judged(defect)
      expect(failing(report)).to.include.members([...defect.breaks])
      expect(report.score).to.be.lessThan(100)
    })

  function cli(...args: string[]): { code: number | null; stdout: string; stderr: string } {
    const env = { ...process.env, NO_COLOR: '1', KUBECONFIG: join(folder, 'none'), HOME: folder }
    // The server is in this process: it needs the thread.
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'conform', ...args], {
      encoding: 'utf8',
      env,
    })
    return { code: status, stdout, stderr }
  }

  describe('its command', () => {
    let example: ExampleServer
    let flags: string[]
    before(async () => {
      example = await ExampleServer.start('sample-apiserver')
      const { cert, key, ca } = example.credentials
      flags = ['--client-certificate', cert, '--client-key', key, '--certificate-authority', ca]
    })
    after(async () => {
      await example.stop()
    })

    it('passes on examples/sample-apiserver, with a score and 0', () => {
      const { code, stdout, stderr } = cli(example.url, ...flags)
      expect(stdout + stderr).to.match(/\n100 %: \d+ passed, 0 failed, \d+ skipped\n$/)
      expect(code).to.equal(0)
    })

    for (const [name, passed, skipped] of [
      ['widgets', 200, /it is in no namespace|it has no (status|scale)/],
      ['files', 80, /it has no scale/],
      ['paired-controller', 160, /it has no (status|scale)/],
      ['fortune', 20, /it does not serve create/],
    ] as const)
      it(`passes on examples/${name}, and says what cannot be tried there`, async () => {
        const program = name === 'widgets' ? 'server.ts' : 'server/main.ts'
        const other = await ExampleServer.start(name, { program })
        try {
          const { code, stdout } = cli('--kubeconfig', other.kubeconfig, '--json')
          const report = JSON.parse(stdout) as ConformReport
          expect(failing(report)).to.deep.equal([])
          expect(report.passed).to.be.at.least(passed)
          expect(code).to.equal(0)
          for (const { outcome, why = '' } of report.results) if (outcome === 'skipped') expect(why).to.match(skipped)
        } finally {
          await other.stop()
        }
      })

    it('takes a kubeconfig, one resource, some rules, a sample, and tells as JSON', () => {
      const sample = join(folder, 'sample.yaml')
      writeFileSync(sample, 'apiVersion: wardle.example.com/v1beta1\nkind: Flunder\nspec: { reference: other }\n')
      const chosen = [
        '--group',
        'wardle.example.com',
        '--resource',
        'flunders',
        '--namespace',
        'default',
        '--rule',
        'list',
        'get/same',
      ]
      const { code, stdout } = cli(
        '--kubeconfig',
        example.kubeconfig,
        ...chosen,
        '--except',
        'list/fresh',
        '--sample',
        sample,
        '--json',
      )
      expect(code).to.equal(0)
      const report = JSON.parse(stdout) as ConformReport
      expect(report.resources).to.include('flunders.v1beta1.wardle.example.com')
      const tried = new Set(report.results.map(({ rule }) => rule))
      expect([...tried].every((rule) => rule.startsWith('list/') || rule === 'get/same')).to.equal(true)
      expect(tried.has('list/fresh')).to.equal(false)
    })

    it('says what to type when something is wrong', () => {
      expect(cli().stderr).to.equal('error: which server? Name its kubeconfig: --kubeconfig FILE\n')
      expect(cli('127.0.0.1').stderr).to.include('is no URL: it begins with https://')
      expect(cli('https://127.0.0.1:1').stderr).to.match(/has no answer: .*ECONNREFUSED/)
      expect(cli(example.url).stderr).to.match(/has no answer: .*certificate/)
      expect(cli(example.url, '--insecure-skip-tls-verify', '--token', 'x').stderr).to.include(
        'give credentials, as --kubeconfig FILE',
      )
      expect(cli(example.url, ...flags, '--group', 'none.io').stderr).to.include('serves nothing to try')
      expect(cli(example.url, ...flags, '--sample', 'absent').stderr).to.include('--sample absent cannot be read')
      expect(cli('--kubeconfig', example.kubeconfig, '--context', 'x').stderr).to.include(
        'it has no context "x"; name one of',
      )
      const unknown = cli('--rule', 'lists')
      expect(unknown.stderr).to.include('there is no rule lists: `apiserver-kit conform --list` shows all')
      expect(unknown.code).to.equal(2)
    })

    it('lists its rules', () => {
      expect(cli('--list').stdout.split('\n')).to.have.length(rules.length + 1)
      expect(JSON.parse(cli('--list', '--json').stdout)).to.have.length(rules.length)
    })

    it('passes on Go’s sample-apiserver but for what it lacks', async function () {
      this.timeout(1_200_000)
      const binaries = goServer()
      if (binaries === undefined) return
      const go = await startGo(binaries, example, join(folder, 'go'))
      try {
        const { stdout, stderr } = cli(go.url, ...flags, '--namespace', 'bench', '--json')
        expect(stderr).to.equal('')
        const report = JSON.parse(stdout) as ConformReport
        expect(report.passed).to.be.greaterThan(200)
        // It has no Protobuf of its kinds, and answers 406 to a client that would take JSON as well.
        expect(failing(report)).to.deep.equal(['negotiation/protobuf'])
      } finally {
        await go.stop()
      }
    })
  })
})
