import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { parseAllDocuments } from 'yaml'
import type { ConformReport } from '../../packages/cli/src/conform/run.ts'
import { eventually } from '../harness/eventually.ts'
import { setting, type Setting } from './setting.ts'

const root = join(import.meta.dirname, '..', '..')
const main = join(root, 'packages/cli/dist/main.js')

async function judged({ cluster }: Setting, group: string): Promise<ConformReport> {
  const flags = ['--kubeconfig', cluster.admin.kubeconfig, '--group', group, '--json']
  const child = spawn(process.execPath, [main, 'conform', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  return JSON.parse(await text(child.stdout)) as ConformReport
}

const failures = ({ results }: ConformReport): string[] =>
  results
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ rule, resource, why }) => `${rule} ${resource}: ${String(why)}`)

// Kubernetes itself is the judge of the rules.
describe('conform, in a cluster', function () {
  this.timeout(240_000)
  let set: Setting
  before(async () => {
    set = await setting()
  })

  it('passes on custom resources of kube-apiserver: each rule is what Kubernetes does', async () => {
    const { cluster } = set
    const documents = parseAllDocuments(readFileSync(join(root, 'test/golden/widgets.crd.yaml'), 'utf8'))
    const crds = documents.map((document): any => document.toJS())
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    for (const body of crds) expect((await cluster.send('POST', path, body)).status).to.equal(201)
    try {
      await eventually('the kinds are served, with schemas', async () => {
        const found = await cluster.send('GET', `/openapi/v3/apis/golden.example.com/v1`)
        return found.text.includes('GadgetList') && found.text.includes('WidgetList')
      })
      const report = await judged(set, 'golden.example.com')
      expect(failures(report)).to.deep.equal([])
      expect(report.passed).to.be.greaterThan(200)
    } finally {
      for (const { metadata } of crds) await cluster.send('DELETE', `${path}/${String(metadata.name)}`)
    }
  })

  it('passes on ours behind the aggregation layer', async () => {
    const report = await judged(set, 'wardle.example.com')
    expect(failures(report)).to.deep.equal([])
    expect(report.passed).to.be.greaterThan(230)
  })
})
