import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { clusterPort } from '../harness/cluster.ts'
import type { DeployedProject } from '../harness/deployed-project.ts'
import { eventually } from '../harness/eventually.ts'
import { deployedSetting } from './deployed-setting.ts'

const main = join(import.meta.dirname, '..', '..', 'packages/cli/dist/main.js')
const orders = '/apis/shop.example.org/v1/namespaces/default/orders'
const apiService = '/apis/apiregistration.k8s.io/v1/apiservices/v1.shop.example.org'
/** Where the cluster believes the laptop to be. */
const address = '203.0.113.250'
const source = 'apis/shop/v1/order.ts'

describe('apiserver-kit dev --cluster, in a cluster', function () {
  this.timeout(180_000)
  let deployed: DeployedProject
  let port: number
  let child: ChildProcess | undefined
  let output = ''
  let earlier: any
  before(async () => {
    ;({ deployed } = await deployedSetting())
    port = await clusterPort()
    deployed.network.lead(address, port)
    earlier = (await deployed.cluster.send('GET', apiService)).body
    expect(await create('kept')).to.equal(201)
  })
  after(async () => {
    if (child && child.exitCode === null && child.signalCode === null) await end('SIGTERM')
    await deployed.apply()
    await deployed.untilAvailable()
    await deployed.cluster.send('DELETE', `${orders}/kept`)
  })

  const order = (name: string, spec: object = {}): object => ({
    ...{ apiVersion: 'shop.example.org/v1', kind: 'Order', metadata: { name }, spec },
  })
  const create = async (name: string): Promise<number> =>
    (await deployed.cluster.send('POST', orders, order(name))).status
  const names = async (): Promise<string | undefined> => {
    const { status, body } = await deployed.cluster.send('GET', orders)
    if (status !== 200) return undefined
    return (body.items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name).join()
  }
  /** Until its server is ready. */
  async function start(): Promise<void> {
    const { cluster, project } = deployed
    const flags = ['--cluster', '--address', address, '--secure-port', String(port)]
    const path = `${dirname(cluster.binaries.kubectl)}:${process.env.PATH ?? ''}`
    output = ''
    child = spawn(process.execPath, [main, 'dev', ...flags], {
      cwd: project.directory,
      env: { ...process.env, NO_COLOR: '1', PATH: path, KUBECONFIG: cluster.admin.kubeconfig },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    await eventually('the server on the laptop is ready', () => {
      if (child?.exitCode !== null) throw new Error(output)
      return Promise.resolve(output.includes('Ready at '))
    })
  }
  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (!child) return null
    const exited = once(child, 'exit')
    child.kill(signal)
    const [code] = await exited
    return code as number | null
  }
  const isAsIt = async (): Promise<void> => {
    const { body } = await deployed.cluster.send('GET', apiService)
    expect(body.spec).to.deep.equal(earlier.spec)
    expect(body.metadata.labels).to.deep.equal(earlier.metadata.labels)
    expect(body.metadata.annotations ?? {}).to.deep.equal(earlier.metadata.annotations ?? {})
    await deployed.untilAvailable()
    await eventually('the deployed server is asked again', async () => (await names()) === 'kept')
  }

  it('has the cluster ask the laptop in the place of the deployed server', async () => {
    const began = performance.now()
    await start()
    await eventually('the laptop is asked', async () => (await names()) === '')
    console.log(`      asked ${String(Math.round(performance.now() - began))} ms after the start of the command`)
    expect(await create('draft')).to.equal(201)
    const isReady = async (): Promise<boolean> =>
      (await deployed.cluster.send('GET', `${orders}/draft`)).body.status?.ready === true
    await eventually('the controller on the laptop has seen it', isReady)
  })

  it('survives a save, and so do watches', async () => {
    const watching = deployed.cluster.send('GET', `${orders}?watch=1&timeoutSeconds=20`)
    const text = deployed.project.read(source)
    deployed.project.write(source, text.replace('default: 1,', 'default: 7,'))
    try {
      await eventually('it has loaded what was saved', () => Promise.resolve(output.includes('Reloaded in ')))
      console.log(`      ${/Reloaded in \d+ ms/.exec(output)?.[0] ?? ''}`)
      expect(await create('after')).to.equal(201)
      expect((await deployed.cluster.send('GET', `${orders}/after`)).body.spec.size).to.equal(7)
      const { text: events } = await watching
      expect(events).to.include('"draft"').and.to.include('"after"')
    } finally {
      deployed.project.write(source, text)
    }
  })

  it('leaves the cluster as it was, at Ctrl-C', async () => {
    expect(await end('SIGINT'), output).to.equal(0)
    await isAsIt()
    const gone = async (): Promise<boolean> =>
      (await deployed.cluster.send('GET', '/api/v1/namespaces/shop-dev')).status === 404
    await eventually('its namespace is gone', gone)
  })

  it('clears up at its end what a run before could not that was killed', async () => {
    await start()
    await end('SIGKILL')
    expect((await deployed.cluster.send('GET', apiService)).body.spec.service.namespace).to.equal('shop-dev')
    await start()
    await eventually('the laptop is asked', async () => (await names()) === 'after,draft')
    expect(await end('SIGTERM'), output).to.equal(0)
    await isAsIt()
  })

  it('takes its APIService away where none was there', async () => {
    await deployed.cluster.send('DELETE', apiService)
    await start()
    await end('SIGKILL')
    await start()
    expect(await end('SIGINT'), output).to.equal(0)
    expect((await deployed.cluster.send('GET', apiService)).status).to.equal(404)
  })
})
