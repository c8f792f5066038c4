import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { ExampleServer } from '../harness/example-server.ts'
import { main } from '../harness/recorded-cli.ts'

const unauthorized = /Unauthorized|forbidden|cannot (get|list)/i

/** `conform` and `doctor` ask somebody's server: by flags, or by a kubeconfig with flags beside it. */
describe('the flags that say which server is meant', function () {
  this.timeout(60_000)
  let server: ExampleServer
  let kubeconfig: string
  before(async () => {
    server = await ExampleServer.start('quickstart', { program: 'server/main.ts' })
    kubeconfig = join(server.directory, 'address-only')
    const config = {
      'current-context': 'x',
      clusters: [{ name: 'x', cluster: { server: server.url } }],
      contexts: [{ name: 'x', context: { cluster: 'x' } }],
    }
    writeFileSync(kubeconfig, JSON.stringify(config))
  })
  after(async () => {
    await server.stop()
  })

  async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, NO_COLOR: '1' } })
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    return { code: code as number, stdout, stderr }
  }
  const admin = (): string[] => {
    const { cert, key, ca } = server.credentials
    return ['--certificate-authority', ca, '--client-certificate', cert, '--client-key', key]
  }

  it('reach a server of doctor: with its authority and a certificate, or believing it, as another user', async () => {
    const doctor = (...flags: string[]): ReturnType<typeof run> => run('doctor', '--kubeconfig', kubeconfig, ...flags)
    expect((await doctor()).stderr).to.match(/^error: .*certificate/)
    expect((await doctor(...admin())).stderr).to.include('is no cluster: it has no APIServices')
    const nobody = await doctor('--insecure-skip-tls-verify', '--token', 'nonsense')
    expect(nobody.stderr).to.match(unauthorized)
    for (const flag of ['--certificate-authority', '--client-certificate', '--client-key'])
      expect((await doctor(flag, 'missing')).stderr).to.include(`${flag} missing cannot be read`)
    expect((await doctor('--context', 'y')).stderr).to.include('it has no context "y"')
  })

  it('reach a server of conform', async () => {
    const conform = (...flags: string[]): ReturnType<typeof run> =>
      run('conform', server.url, '--rule', 'discovery/groups', '--watch-seconds', '2', '--json', ...flags)
    const { code, stdout, stderr } = await conform(...admin())
    expect(code, stdout + stderr).to.equal(0)
    expect(JSON.parse(stdout)).to.have.property('failed')
    expect((await conform()).stderr).to.match(/^error: .*certificate/)
    const nobody = await conform('--insecure-skip-tls-verify', '--token', 'nonsense')
    expect(nobody.stderr + nobody.stdout).to.match(unauthorized)
  })
})
