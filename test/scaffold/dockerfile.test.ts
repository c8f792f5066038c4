import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { freePort } from '../harness/example-server.ts'
import { LocalRegistry, packPackages } from './local-registry.ts'
import { TemporaryProject } from './temporary-project.ts'

/** What a Dockerfile of this project's sort says, done in folders of this machine: FROM is an empty one. */
describe('the Dockerfile of a project', function () {
  this.timeout(600_000)
  let project: TemporaryProject
  let registry: LocalRegistry
  const folder = mkdtempSync(join(tmpdir(), 'dockerfile-'))
  before(async () => {
    project = new TemporaryProject()
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'Order')
    registry = await LocalRegistry.start(packPackages(folder, ['framework', 'cli']))
  })
  after(() => {
    registry.close()
    project.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  async function shell(directory: string, command: string): Promise<void> {
    // What a user's image finds published; the shell leaves out a variable of such a name.
    const npmrc = join(directory, '.npmrc')
    writeFileSync(npmrc, `@apiserver-kit:registry=${registry.url}\naudit=false\n`)
    const child = spawn('sh', ['-c', command], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    expect(code, `${command}\n${out}${err}`).to.equal(0)
  }

  /** Folders that stand for what each stage leaves in /app; by the stages' names, and the last as ''. */
  async function built(): Promise<{ image: string; command: string[] }> {
    const ignored = new Set(project.read('.dockerignore').split('\n'))
    const stages = new Map<string, string>()
    let [here, command] = ['', [] as string[]]
    for (const line of project.read('Dockerfile').split('\n')) {
      const [word = '', ...rest] = line.split(' ')
      if (word === 'FROM') {
        here = join(folder, `stage-${stages.size}`)
        mkdirSync(here)
        stages.set(rest[2] ?? '', here)
      } else if (word === 'RUN') await shell(here, rest.join(' '))
      else if (word === 'CMD') command = JSON.parse(rest.join(' '))
      else if (word === 'COPY') copy(rest, here, stages, ignored)
      else expect(word).to.be.oneOf(['', '#', 'WORKDIR', 'EXPOSE'])
    }
    return { image: here, command }
  }

  function copy(
    words: readonly string[],
    here: string,
    stages: ReadonlyMap<string, string>,
    ignored: ReadonlySet<string>,
  ): void {
    const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length)
    const [source = '', target = ''] = words.filter((word) => !word.startsWith('--'))
    const root = from === undefined ? project.directory : (stages.get(from) ?? '')
    const names = readdirSync(root).filter((name) =>
      new RegExp(`^${source.replace('/app/', '').replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(name),
    )
    expect(names, words.join(' ')).to.not.be.empty
    for (const name of names) {
      expect(from === undefined && ignored.has(name), `${name} is ignored`).to.equal(false)
      cpSync(join(root, name), target.endsWith('/') ? join(here, target, name) : join(here, target), {
        recursive: true,
        verbatimSymlinks: true,
      })
    }
  }

  it('makes an image with two files and what is compiled, that serves', async () => {
    const { image, command } = await built()
    expect(readdirSync(image).sort()).to.deep.equal(['dist', 'node_modules', 'package.json'])
    expect(readdirSync(join(image, 'dist'))).to.include.members(['server.mjs', 'controller.mjs', 'sbom.cdx.json'])
    expect(existsSync(join(image, 'node_modules/mocha'))).to.equal(false)
    expect(existsSync(join(image, 'node_modules/tsx'))).to.equal(false)
    const data = join(folder, 'data')
    const flags = ['--bind-address', '127.0.0.1', '--secure-port', String(await freePort()), '--data-dir', data]
    const server = spawn(process.execPath, [...command, ...flags, '--cert-dir', join(data, 'certificates')], {
      cwd: image,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      let output = ''
      for await (const chunk of server.stdout) if ((output += String(chunk)).includes('Ready at')) break
      expect(output).to.include('Ready at https://127.0.0.1:')
    } finally {
      const exit = once(server, 'exit')
      server.kill('SIGTERM')
      await exit
    }
  })
})
