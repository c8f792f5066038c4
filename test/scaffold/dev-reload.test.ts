import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { freePort } from '../harness/example-server.ts'
import { kubectl, kubectlPath } from '../harness/kubectl.ts'
import { main } from '../harness/recorded-cli.ts'
import { TemporaryProject } from './temporary-project.ts'

const kindFile = 'apis/shop/v1/order.ts'
const path = '/apis/shop.example.org/v1/namespaces/default/orders'

describe('apiserver-kit dev, while sources change', function () {
  this.timeout(120_000)
  let project: TemporaryProject
  let port: number
  let dev: ChildProcess
  let output = ''
  const watchers: ChildProcess[] = []
  const kubeconfig = (): string => join(project.directory, 'data/kubeconfig')

  before(async () => {
    kubectlPath()
    project = new TemporaryProject()
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'Order')
    port = await freePort()
    dev = spawn(process.execPath, [main, 'dev', '--secure-port', String(port)], {
      cwd: project.directory,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [dev.stdout, dev.stderr])
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    await said('Ready at')
  })
  after(async () => {
    for (const watcher of watchers) watcher.kill()
    if (dev.signalCode === null) {
      const exit = once(dev, 'exit')
      dev.kill('SIGTERM')
      await exit
    }
    project.remove()
  })

  async function until(done: () => boolean, explain: () => string): Promise<void> {
    for (let i = 0; i < 600; i++) {
      if (done()) return
      await setTimeout(50)
    }
    throw new Error(`not within 30 s:\n${explain()}`)
  }

  /** Waits for a text, which is then over. */
  async function said(text: string): Promise<void> {
    await until(
      () => output.includes(text),
      () => `${text} in:\n${output}`,
    )
    output = output.slice(output.indexOf(text) + text.length)
  }

  function create(name: string): { metadata: { resourceVersion: string }; spec: { size: number; colour?: string } } {
    const object = { apiVersion: 'shop.example.org/v1', kind: 'Order', metadata: { name }, spec: {} }
    const { code, stdout, stderr } = kubectl(kubeconfig(), ['create', '-f', '-', '-o', 'json'], {
      input: JSON.stringify(object),
    })
    expect(code, stderr).to.equal(0)
    return JSON.parse(stdout)
  }

  /** The names it hears of, and whether it has ended. */
  async function watch(resourceVersion: string): Promise<{ names: Set<string>; ended: boolean }> {
    const [cert, key, ca] = ['admin.crt', 'admin.key', 'ca.crt'].map((file) =>
      readFileSync(join(project.directory, 'data/certificates', file)),
    )
    const query = `?watch=1&resourceVersion=${resourceVersion}`
    const outgoing = request(`https://127.0.0.1:${port}${path}${query}`, { cert, key, ca, agent: false }).end()
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    const heard = { names: new Set<string>(), ended: false }
    let rest = ''
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) heard.names.add(JSON.parse(line).object.metadata.name)
    })
    response.on('close', () => (heard.ended = true))
    return heard
  }

  const edit = (file: string, from: string, to: string): void => {
    const text = project.read(file)
    expect(text).to.include(from)
    project.write(file, text.replace(from, to))
  }

  it('keeps its watches, its revisions and its port over three changes, one of them a mistake', async () => {
    const first = create('first')
    expect(first.spec.size).to.equal(1)
    const raw = await watch(first.metadata.resourceVersion)
    const flags = ['--kubeconfig', kubeconfig(), 'get', 'orders', '--watch-only', '--output', 'name']
    const getWatch = spawn(kubectlPath(), flags, { stdio: ['ignore', 'pipe', 'pipe'] })
    watchers.push(getWatch)
    let seen = ''
    for (const stream of [getWatch.stdout, getWatch.stderr])
      stream.on('data', (chunk: Buffer) => {
        seen += chunk.toString()
      })
    const bothHear = (name: string): Promise<void> =>
      until(
        () => raw.names.has(name) && seen.includes(`/${name}\n`),
        () => `${name} of ${[...raw.names].join()} and ${seen}`,
      )
    // kubectl is there when it hears of what happens.
    for (let n = 0; !seen; n++) {
      create(`probe-${n}`)
      await setTimeout(200)
    }

    edit(kindFile, 'default: 1,', 'default: 2,')
    await said('Reloaded in')
    expect(create('second').spec.size).to.equal(2)
    await bothHear('second')

    edit(kindFile, 'default: 2,', 'default: = 2,')
    await said('order.ts:')
    await said('The server goes on as it was before the change.')
    expect(create('third').spec.size).to.equal(2)
    await bothHear('third')

    edit(kindFile, 'default: = 2,', 'default: 4,')
    await said('Reloaded in')
    expect(create('fourth').spec.size).to.equal(4)
    await bothHear('fourth')

    expect(raw.ended).to.equal(false)
    expect(getWatch.exitCode).to.equal(null)
    const resumed = await watch(first.metadata.resourceVersion)
    await until(
      () => resumed.names.has('fourth'),
      () => [...resumed.names].join(),
    )
    expect([...resumed.names]).to.include.members(['second', 'third', 'fourth'])
  })

  it('runs the controller anew: what it says of a new object is the new code', async () => {
    edit('controller/order.ts', 'ready: true', 'ready: false')
    await said('controller/order.ts changed')
    create('controlled')
    const ready = (): string =>
      kubectl(kubeconfig(), ['get', 'orders', 'controlled', '--output', 'jsonpath={.status.ready}']).stdout
    await until(
      () => ready() !== '',
      () => output,
    )
    expect(ready()).to.equal('false')
  })

  it('says that the controller has ended, and starts it when it is mended', async () => {
    const text = project.read('controller/order.ts')
    project.write('controller/order.ts', `import './absent.ts'\n${text}`)
    await said('the controller ended with code 1; waiting for a change')
    project.write('controller/order.ts', text)
    await said('Starting workers')
  })

  it('takes up a further kind', async () => {
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'Parcel', '--no-controller')
    await until(
      () => kubectl(kubeconfig(), ['get', 'parcels.shop.example.org']).code === 0,
      () => output,
    )
  })

  it('starts anew where it cannot go on: another storage, a server that ended', async () => {
    edit(
      'server/main.ts',
      'await runApiServer(server)',
      'await runApiServer(server)\nsetTimeout(() => process.exit(3), 1)',
    )
    await said('the server ended with code 3; waiting for a change')
    edit('server/main.ts', '\nsetTimeout(() => process.exit(3), 1)', '')
    await said('Ready at')
    project.ok('create', 'storage', '--name', 'Journal')
    await said('Ready at')
    expect(create('in-the-journal').spec.size).to.equal(4)
  })

  it('leaves neither server nor controller behind when it is killed', async function () {
    this.timeout(20_000)
    await said('Starting workers')
    // Only when nobody is left who could write into its output
    const closed = once(dev, 'close')
    dev.kill('SIGKILL')
    await closed
  })
})
