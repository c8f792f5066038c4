import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { pino, type Logger } from 'pino'
import { ApiServer } from '../api-server.ts'
import { standaloneOptions } from '../fixture.test.ts'

interface Answer {
  readonly code: number
  readonly headers: Record<string, unknown>
  readonly text: string
}

describe('operational paths', () => {
  let directory: string
  let server: ApiServer
  let log: Logger
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'operational-'))
    log = pino({ level: 'info' }, { write: () => undefined })
  })
  afterEach(async () => {
    await server.close()
    rmSync(directory, { recursive: true })
  })
  async function start({ profiling }: { profiling?: boolean } = {}): Promise<void> {
    writeFileSync(join(directory, 'tokens'), 'admin,root,,system:masters\nalice,alice,,\n')
    server = new ApiServer({
      ...standaloneOptions(directory),
      log,
      tokenAuthFile: join(directory, 'tokens'),
      ...(profiling === undefined ? {} : { profiling }),
    })
    await server.listen()
  }
  const ask = (path: string, { method = 'GET', body = '', accept = '', token = 'admin' } = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, ...(accept ? { accept } : {}) }
      request(`${server.url}${path}`, { method, headers, rejectUnauthorized: false, agent: false }, (response) => {
        let text = ''
        response.on('data', (chunk) => (text += String(chunk)))
        response.on('close', () => {
          resolve({ code: response.statusCode ?? 0, headers: response.headers, text })
        })
      })
        .on('error', reject)
        .end(body)
    })

  it('count at /metrics/slis how each check went', async () => {
    await start()
    server.health.add({ name: 'never', on: ['livez'], check: () => Promise.reject(new Error('no')) })
    await ask('/livez')
    await ask('/livez')
    const { text } = await ask('/metrics/slis')
    expect(text).to.include(
      '# HELP kubernetes_healthcheck [STABLE] This metric records the result of a single healthcheck.',
    )
    expect(text).to.include('kubernetes_healthcheck{name="ping",type="livez"} 1\n')
    expect(text).to.include('kubernetes_healthcheck{name="never",type="livez"} 0\n')
    expect(text).to.include('kubernetes_healthchecks_total{name="never",type="livez",status="error"} 2\n')
    expect(text).to.not.include('apiserver_')
  })

  it('say of each check what became of it, hooks of the start among them, in the order of Kubernetes', async () => {
    await start()
    const verbose = async (endpoint: string): Promise<string[]> =>
      (await ask(`/${endpoint}?verbose`)).text.split('\n').map((line) => line.replace(/^\[\+\](\S+) ok$/, '$1'))
    const hooks = ['priority-and-fairness-filter', 'start-apiserver-admission-initializer']
    const checks = hooks.map((hook) => `poststarthook/${hook}`)
    expect(await verbose('livez')).to.deep.equal(['ping', 'log', 'etcd', ...checks, 'livez check passed', ''])
    const ready = ['ping', 'log', 'etcd', 'etcd-readiness', ...checks, 'shutdown', 'readyz check passed', '']
    expect(await verbose('readyz')).to.deep.equal(ready)
    expect((await ask('/livez/poststarthook/priority-and-fairness-filter')).text).to.equal('ok')
  })

  it('tell at /statusz what server this is, structured for who names the version', async () => {
    await start()
    const { code, headers, text } = await ask('/statusz', { accept: '*/*' })
    expect([code, headers['content-type']]).to.deep.equal([200, 'text/plain; charset=utf-8'])
    expect(text).to.match(
      /^\napiserver statusz\nWarning: [^]*Emulation version[:= ]* 1\.36\nPaths[:= ]* \/healthz .*\/statusz/,
    )
    const typed = 'application/json;v=v1beta1;g=config.k8s.io;as=Statusz'
    expect(JSON.parse((await ask('/statusz', { accept: typed })).text)).to.deep.include({
      kind: 'Statusz',
      apiVersion: 'config.k8s.io/v1beta1',
      paths: ['/healthz', '/livez', '/metrics', '/readyz', '/statusz', '/version'],
    })
    expect((await ask('/statusz', { accept: typed.replace('v1beta1', 'v1alpha1') })).headers['warning']).to.include(
      'deprecated',
    )
    expect((await ask('/statusz', { accept: 'application/json' })).code).to.equal(406)
    const yaml = await ask('/statusz', { accept: `application/cbor, ${typed.replace('json', 'yaml')}` })
    expect([yaml.code, yaml.headers['content-type']]).to.deep.equal([200, 'application/yaml'])
    expect(yaml.text).to.match(
      /^apiVersion: config\.k8s\.io\/v1beta1\n[^]*\nkind: Statusz\n[^]*\npaths:\n- \/healthz\n/,
    )
  })

  it('profile, change the verbosity and reset the metrics for who may, and for nobody else', async () => {
    await start()
    const profile = JSON.parse((await ask('/debug/pprof/profile?seconds=0.1')).text) as Record<string, unknown>
    expect(profile['nodes']).to.be.an('array')
    expect(await ask('/debug/flags/v', { method: 'PUT', body: '4' })).to.deep.include({ code: 200 })
    expect(log.level).to.equal('debug')
    expect((await ask('/debug/flags/v', { method: 'PUT', body: 'x' })).code).to.equal(400)
    expect((await ask('/debug/flags/v')).code).to.equal(406)
    expect((await ask('/metrics', { method: 'DELETE' })).text).to.equal('metrics reset\n')
    for (const path of ['/debug/pprof/', '/debug/pprof/heap', '/debug/flags/v', '/metrics', '/statusz'])
      expect((await ask(path, { token: 'alice' })).code, path).to.equal(403)
  })

  it('do not profile when --profiling=false', async () => {
    await start({ profiling: false })
    for (const path of ['/debug/pprof/', '/debug/pprof/profile', '/debug/flags/v'])
      expect((await ask(path)).code, path).to.equal(404)
    expect((await ask('/metrics', { method: 'DELETE' })).text).to.include('# HELP')
  })
})
