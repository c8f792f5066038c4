import { expect } from 'chai'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ConfigError } from './config-error.ts'
import { KubeConfig } from './kube-config.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('KubeConfig.load', () => {
  let directory: string
  const environment = { ...process.env }
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubeconfig-'))
    process.env['HOME'] = directory
    delete process.env['KUBECONFIG']
    delete process.env['KUBERNETES_SERVICE_HOST']
  })
  afterEach(async () => {
    for (const key of Object.keys(process.env)) if (!(key in environment)) Reflect.deleteProperty(process.env, key)
    Object.assign(process.env, environment)
    await rm(directory, { recursive: true })
  })
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(directory, name)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, text)
    return path
  }
  const config = (user: string, more = ''): string => `
apiVersion: v1
kind: Config
current-context: here
clusters: [{name: c, cluster: {server: 'https://c:6443/', certificate-authority: ca.crt}}]
contexts: [{name: here, context: {cluster: c, user: u, namespace: ns}}, {name: bare, context: {cluster: c}}]
users:
- name: u
  user: ${user}
${more}`

  it('reads the context, its cluster and its user, with paths relative to the file', async () => {
    const path = await write(
      'dir/config',
      config(`{client-certificate-data: ${base64('CERT')}, client-key: key.pem, as: jane, as-groups: [a, b]}`),
    )
    const loaded = KubeConfig.load(path)
    expect(loaded).to.include({ server: 'https://c:6443', namespace: 'ns', insecureSkipTlsVerify: false })
    expect(loaded.ca).to.deep.equal({ file: join(directory, 'dir', 'ca.crt') })
    expect(loaded.cert).to.deep.equal({ data: Buffer.from('CERT') })
    expect(loaded.key).to.deep.equal({ file: join(directory, 'dir', 'key.pem') })
    expect(loaded.impersonation).to.deep.equal({ 'Impersonate-User': 'jane', 'Impersonate-Group': ['a', 'b'] })
    expect(KubeConfig.load(path, { context: 'bare' })).to.include({ namespace: 'default', cert: undefined })
  })

  it('merges the files of KUBECONFIG, of which the first counts, and skips missing ones', async () => {
    const first = await write('first', 'current-context: here\nusers: [{name: u, user: {token: one}}]')
    const second = await write('second', config('{token: two}'))
    process.env['KUBECONFIG'] = [join(directory, 'missing'), first, second].join(delimiter)
    expect(await KubeConfig.load().credentials.authorization()).to.equal('Bearer one')
  })

  it('falls back to the home directory, and says when there is nothing', async () => {
    expect(() => KubeConfig.load()).to.throw(ConfigError, 'no configuration')
    await write('.kube/config', config('{username: u, password: p}'))
    expect(await KubeConfig.load().credentials.authorization()).to.equal(`Basic ${base64('u:p')}`)
  })

  it('reads a token again when the server no longer takes it, and keeps it while the file is away', async () => {
    const path = await write('config', config('{tokenFile: token, token: ignored}'))
    const token = await write('token', 'first\n')
    const { credentials } = KubeConfig.load(path)
    expect(await credentials.authorization()).to.equal('Bearer first')
    await writeFile(token, 'second')
    expect(await credentials.authorization()).to.equal('Bearer first')
    credentials.expire('Bearer first')
    expect(await credentials.authorization()).to.equal('Bearer second')
    expect(credentials.expire('Bearer first'), 'a request that left before').to.equal(true)
    expect(credentials.expire('Bearer second'), 'just read').to.equal(false)
    await rm(token)
    credentials.expire('Bearer second')
    expect(await credentials.authorization()).to.equal('Bearer second')
  })

  it('takes the service account of a pod', async () => {
    await write('sa/token', 'sa-token')
    await write('sa/namespace', 'my-ns')
    process.env['KUBERNETES_SERVICE_HOST'] = 'fd00::1'
    process.env['KUBERNETES_SERVICE_PORT'] = '443'
    const loaded = KubeConfig.inCluster(join(directory, 'sa'))
    expect(loaded).to.include({ server: 'https://[fd00::1]:443', namespace: 'my-ns' })
    expect(await loaded.credentials.authorization()).to.equal('Bearer sa-token')
  })

  it('runs an exec plugin once until its credential expires', async () => {
    const script = await write(
      'plugin.mjs',
      `import { appendFileSync, readFileSync } from 'node:fs'
      appendFileSync(process.argv[2], 'x')
      const count = readFileSync(process.argv[2], 'utf8').length
      const { apiVersion, kind } = JSON.parse(process.env.KUBERNETES_EXEC_INFO)
      const expirationTimestamp = count === 1 ? '2020-01-01T00:00:00Z' : '2999-01-01T00:00:00Z'
      console.log(JSON.stringify({ apiVersion, kind, status: { token: process.env.PREFIX + count, expirationTimestamp } }))`,
    )
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: [script, join(directory, 'runs')],
      env: [{ name: 'PREFIX', value: 't' }],
    }
    process.env['NODE_OPTIONS'] = ''
    const { credentials } = KubeConfig.load(await write('config', config(JSON.stringify({ exec }))))
    expect(await Promise.all([credentials.authorization(), credentials.authorization()])).to.deep.equal([
      'Bearer t1',
      'Bearer t1',
    ])
    expect(await credentials.authorization()).to.equal('Bearer t2')
    expect(await credentials.authorization()).to.equal('Bearer t2')
  })

  it('tells what is wrong with an exec plugin', async () => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'there-is-no-such-program',
      installHint: 'install it',
    }
    const { credentials } = KubeConfig.load(await write('config', config(JSON.stringify({ exec }))))
    const error: unknown = await credentials.authorization().catch((e: unknown) => e)
    expect(error).to.be.instanceOf(ConfigError).and.have.property('message').that.contains('install it')
  })

  it('refuses what does not fit together', async () => {
    const bad = (text: string): Promise<string> => write('bad', text)
    const path = await bad('{')
    expect(() => KubeConfig.load(path)).to.throw(ConfigError, 'error loading config file')
    await bad('current-context: nowhere')
    expect(() => KubeConfig.load(path)).to.throw(ConfigError, '"nowhere" does not exist')
    await bad(config('{client-key-data: aaaa}'))
    expect(() => KubeConfig.load(path)).to.throw(ConfigError, 'must come together')
    await bad(config('{auth-provider: {name: gcp}}'))
    expect(() => KubeConfig.load(path)).to.throw(ConfigError, 'exec')
    expect(() => new KubeConfig({ server: 'c:6443' })).to.throw(ConfigError, 'http or https')
    expect(() => KubeConfig.load(join(directory, 'none'))).to.throw(ConfigError, 'ENOENT')
  })
})
