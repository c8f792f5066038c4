import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { main } from '../harness/recorded-cli.ts'

describe('apiserver-kit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'apiserver-kit-cli-'))
  after(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  function refused(...args: string[]): string {
    const run = spawnSync(process.execPath, [main, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    })
    expect(run.status, run.stdout + run.stderr).to.be.oneOf([1, 2])
    return run.stderr
  }

  it('says what to type when something is wrong, without a stack', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(refused()).to.equal(
      'error: Something is missing. Type: apiserver-kit <command>\nRun with --help to see all commands and flags.\n',
    )
    expect(refused('frobnicate')).to.include('Unknown argument: frobnicate')
    expect(refused('create')).to.include('create what? Run: apiserver-kit create resource --help')
    expect(refused('create', 'resource', '--group', 'shop')).to.equal(
      'error: Missing required arguments: version, kind\nType: apiserver-kit create resource --group shop --version v1alpha1 --kind Order\n',
    )
    expect(refused('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'order')).to.equal(
      'error: --kind must be a word in CamelCase, as Widget\n',
    )
    expect(refused('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'Order')).to.include(
      'run `apiserver-kit init --domain example.com` first',
    )
    expect(refused('init')).to.equal(
      'error: Missing required arguments: domain\nType: apiserver-kit init --domain example.com\n',
    )
    expect(refused('init', '--domain', 'Example')).to.include(
      '--domain must be a DNS name in lower case with a dot in it, as example.com',
    )
    expect(refused('init', '--domain', 'example.com')).to.include('is not empty (file): name another with --directory')
    expect(refused('dev')).to.include('this folder is in no apiserver-kit project')
  })

  it('ends with 2 where the command line is wrong, with 1 where something else is', () => {
    const code = (...args: string[]): number | null =>
      spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8' }).status
    expect(code('frobnicate')).to.equal(2)
    expect(code('init', '--domain', 'x')).to.equal(2)
    expect(code('dev')).to.equal(1)
    expect(code('version', '--no-color')).to.equal(0)
  })

  it('colours nothing where NO_COLOR is set, or --no-color given', () => {
    const error = (args: string[], env: Record<string, string>): string =>
      spawnSync(process.execPath, [main, 'dev', ...args], {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] ?? '', ...env },
      }).stderr
    expect(error([], { FORCE_COLOR: '1' })).to.include('\u001b[31merror')
    expect(error([], { FORCE_COLOR: '1', NO_COLOR: '1' })).to.match(/^error/)
    expect(error(['--no-color'], { FORCE_COLOR: '1' })).to.match(/^error/)
    expect(error([], {})).to.match(/^error/)
  })

  function answered(...args: string[]): string {
    const run = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8' })
    expect(run.status, run.stdout + run.stderr).to.equal(0)
    return run.stdout
  }

  it('says its version', () => {
    expect(answered('version')).to.match(/^apiserver-kit \d+\.\d+\.\d+\n.*in no project.*\nNode \d+/)
    expect(JSON.parse(answered('version', '--json'))).to.deep.include({ node: process.versions.node, framework: null })
    expect(answered('--version')).to.match(/^\d+\.\d+\.\d+\n$/)
  })

  it('completes commands and flags in a shell', () => {
    const names = (...words: string[]): string[] =>
      answered('--get-yargs-completions', 'apiserver-kit', ...words)
        .trim()
        .split('\n')
    expect(names('')).to.include.members([
      'init',
      'create',
      'import',
      'dev',
      'manifests',
      'show',
      'completion',
      'version',
    ])
    expect(names('create', '')).to.include.members(['resource', 'version', 'subresource', 'controller', 'admission'])
    expect(names('manifests', '--')).to.include.members(['--image', '--dry-run', '--tls'])
    for (const shell of ['zsh', 'fish']) expect(answered('completion', shell)).to.include('--get-yargs-completions')
    expect(refused('completion', 'tcsh')).to.include('Invalid values')
    const script = `apiserver-kit() { "${process.execPath}" "${main}" "$@"; }
${answered('completion', 'bash')}
COMP_WORDS=(apiserver-kit create re); COMP_CWORD=2; _apiserver_kit; echo "\${COMPREPLY[*]}"`
    const run = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
    expect(run.stdout.trim()).to.equal('resource')
  })
})
