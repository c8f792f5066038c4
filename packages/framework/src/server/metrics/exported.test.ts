import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ApiServer } from '../api-server.ts'
import { standaloneOptions } from '../fixture.test.ts'
import { ServerMetrics } from './server-metrics.ts'

interface Family {
  readonly type: string
  readonly help: string
  readonly labels: readonly string[]
  readonly buckets?: readonly number[]
}

/** Of a scrape of Go's sample-apiserver 1.36 after some requests: families without series have no labels there. */
const recorded = JSON.parse(readFileSync(new URL('go-metrics.test.json', import.meta.url), 'utf8')) as Record<
  string,
  Family
>

function familiesOf(text: string): Map<string, Family> {
  const families = new Map<string, Family>()
  for (const block of text.split(/^# HELP /m).slice(1)) {
    const [head = '', typed = '', ...lines] = block.split('\n')
    const [name = ''] = head.split(' ', 1)
    const labels = new Set<string>()
    const buckets = new Set<number>()
    for (const [, key = '', value = ''] of lines.join('\n').matchAll(/(\w+)="([^"]*)"/g))
      if (key !== 'le') labels.add(key)
      else if (value !== '+Inf') buckets.add(Number(value))
    const type = typed.split(' ').at(-1) ?? ''
    families.set(name, { type, help: head.slice(name.length + 1), labels: [...labels], buckets: [...buckets] })
  }
  return families
}

describe('/metrics', () => {
  let directory: string
  let server: ApiServer
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'metrics-'))
    writeFileSync(join(directory, 'tokens'), 'admin,root,,system:masters\nalice,alice,,\n')
    server = new ApiServer({
      ...standaloneOptions(directory),
      tokenAuthFile: join(directory, 'tokens'),
    })
    await server.listen()
  })
  afterEach(async () => {
    await server.close()
    rmSync(directory, { recursive: true })
  })

  const ask = (path: string, { method = 'GET', body = '', token = 'admin' } = {}): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      request(`${server.url}${path}`, { method, headers, rejectUnauthorized: false, agent: false }, (response) => {
        let text = ''
        response.on('data', (chunk) => (text += String(chunk)))
        response.on('close', () => {
          resolve(text)
        })
      })
        .on('error', reject)
        .end(body)
    })
  const create = (name: string): Promise<string> =>
    ask('/api/v1/namespaces', {
      method: 'POST',
      body: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
    })

  it('describes each of its metrics as Go’s server does: type, help, labels, buckets', async () => {
    await create('team')
    await ask('/api/v1/namespaces', { token: 'alice' })
    await ask(
      '/api/v1/namespaces?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1',
    )
    const ours = familiesOf(await ask('/metrics'))
    const common = Object.keys(recorded).filter((name) => ours.has(name))
    expect(common.length).to.be.greaterThan(35)
    for (const name of common) {
      const [mine, theirs] = [ours.get(name), recorded[name]]
      expect({ name, type: mine?.type, help: mine?.help.trim() }).to.deep.equal({
        name,
        type: theirs?.type,
        help: theirs?.help.trim(),
      })
      if (mine?.labels.length && theirs?.labels.length) expect(mine.labels, name).to.have.members(theirs.labels)
      if (mine?.buckets?.length && theirs?.buckets) expect(mine.buckets, name).to.deep.equal(theirs.buckets)
    }
  })

  it('counts the events of watches, what is stored, and the steps of admission', async () => {
    for (const name of ['a', 'b']) await create(name)
    await ask(
      '/api/v1/namespaces?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1',
    )
    const text = await ask('/metrics')
    const namespaces = Number(/^apiserver_resource_objects\{group="",resource="namespaces"\} (\d+)$/m.exec(text)?.[1])
    expect(namespaces).to.be.at.least(2)
    const of = 'group="",version="v1",resource="namespaces"'
    // And the bookmark that says that this was all.
    expect(text).to.include(`apiserver_watch_events_total{${of}} ${String(namespaces + 1)}\n`)
    expect(text).to.include(`apiserver_watch_events_sizes_count{${of}} ${String(namespaces + 1)}\n`)
    expect(text).to.include(`apiserver_watch_list_duration_seconds_count{${of},scope="cluster"} 1\n`)
    expect(text).to.match(
      /^apiserver_admission_controller_admission_duration_seconds_count\{name="NamespaceLifecycle",type="admit",operation="CREATE",rejected="false"\} 2$/m,
    )
    expect(text).to.match(/^apiserver_request_filter_duration_seconds_count\{filter="authentication"\} [1-9]/m)
    expect(text).to.match(/^kubernetes_build_info\{.*major="1",minor="36".*\} 1$/m)
    expect(text).to.include('kubernetes_feature_enabled{name="CBORServingAndStorage",stage="ALPHA"} 0\n')
  })
})

describe('AdmissionMetrics', () => {
  it('tells a webhook that refused from one that gave no answer, and from one whose failure is ignored', async () => {
    const { admission, registry } = new ServerMetrics()
    const common = { name: 'w', type: 'validating', operation: 'CREATE', seconds: 0.2 } as const
    admission.webhook({ ...common, code: 200, rejected: false })
    admission.webhook({ ...common, code: 1000, rejected: true })
    admission.webhook({ ...common, code: 503, rejected: true, error: 'calling_webhook_error' })
    admission.webhook({ ...common, code: 503, rejected: false, error: 'calling_webhook_error' })
    const text = await registry.metrics()
    const of = 'name="w",type="validating",operation="CREATE"'
    for (const line of [
      `apiserver_admission_webhook_request_total{${of},code="200",rejected="false"} 1`,
      `apiserver_admission_webhook_request_total{${of},code="600",rejected="true"} 1`,
      `apiserver_admission_webhook_rejection_count{${of},error_type="no_error",rejection_code="600"} 1`,
      `apiserver_admission_webhook_rejection_count{${of},error_type="calling_webhook_error",rejection_code="503"} 1`,
      'apiserver_admission_webhook_fail_open_count{name="w",type="validating"} 1',
      `apiserver_admission_webhook_admission_duration_seconds_count{${of},rejected="true"} 2`,
    ])
      expect(text).to.include(`${line}\n`)
  })
})
