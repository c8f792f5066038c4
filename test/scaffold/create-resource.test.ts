import { expect } from 'chai'
import { TemporaryProject } from './temporary-project.ts'

const resource = ['create', 'resource', '--group', 'shop', '--version', 'v1'] as const
const files = (kind: string): string[] => ['apis/shop/v1', 'server', 'controller'].map((f) => `${f}/${kind}.ts`)

describe('apiserver-kit create resource', function () {
  this.timeout(180_000)
  let project: TemporaryProject
  before(() => {
    project = new TemporaryProject()
  })
  after(() => {
    project.remove()
  })

  /** Lays it, and shows that a second run lays nothing. */
  function laid(...args: string[]): void {
    project.ok(...args)
    expect(project.ok(...args)).to.equal('Nothing to change: everything is there already.\n')
  }

  it('takes names of its own, and a scale', () => {
    const names = ['--plural', 'orderz', '--singular', 'orda', '--short-names', 'or,ord', '--categories', 'all', 'sale']
    laid(...resource, '--kind', 'Order', ...names, '--scale')
    const text = project.read('apis/shop/v1/order.ts')
    for (const line of [
      "plural: 'orderz'",
      "singular: 'orda'",
      "shortNames: ['or', 'ord']",
      "categories: ['all', 'sale']",
    ])
      expect(text).to.include(`\n  ${line},\n`)
    expect(text).to.match(/replicas: .*\n[^]*replicas: /)
    expect(project.read('server/order.ts')).to.include('new ScaleSubresource<Order>({')
  })

  it('takes kinds without namespace, without controller, without status, without storage', () => {
    laid(...resource, '--kind', 'Town', '--cluster-scoped', '--no-controller')
    expect(project.read('apis/shop/v1/town.ts')).to.include("scope: 'Cluster'")
    expect(project.read('test/town.test.ts')).to.not.include('namespace')
    expect(project.has('controller/town.ts')).to.equal(false)
    laid(...resource, '--kind', 'Car', '--no-status')
    for (const file of files('car'))
      expect(project.read(file), file).to.not.match(/StatusSubresource|observedGeneration/)
    laid(...resource, '--kind', 'Region', '--non-namespaced')
    laid(...resource, '--kind', 'Joke', '--storage', 'none')
    expect(project.read('server/joke.ts')).to.include('extends Resource<Joke> implements Getter<Joke>, Lister<Joke>')
    expect(project.has('controller/joke.ts')).to.equal(false)
    laid(...resource, '--kind', 'Sky', '--storage', 'none', '--cluster-scoped')
    for (const path of Object.keys(project.snapshot()).filter((name) => /\.ts$/.test(name)))
      expect(project.read(path), path).to.not.match(/\/\/ (if|unless|end):/)
  })

  it('takes subresources of every sort', () => {
    for (const type of ['arbitrary', 'connect', 'stream', 'action'])
      laid('create', 'subresource', '--group', 'shop', '--kind', 'Order', '--type', type, '--subresource', `do-${type}`)
    laid('create', 'subresource', '--group', 'shop', '--kind', 'Region', '--type', 'arbitrary', '--subresource', 'map')
    laid('create', 'subresource', '--group', 'shop', '--kind', 'Region', '--type', 'scale')
  })

  it('takes a group with a name of its own', () => {
    laid('create', 'group', '--group', 'lab', '--name', 'labs.example.net', '--description', 'What is tried out.')
    project.ok('create', 'resource', '--group', 'lab', '--version', 'v1', '--kind', 'Trial')
    expect(project.read('apis/lab/v1/trial.ts')).to.include("group: 'labs.example.net'")
    expect(project.refused('create', 'group', '--group', 'A')).to.include('--group must be one word in lower case')
    expect(project.refused('create', 'group', '--group', 'lab', '--name', 'x')).to.include('--name must be a DNS name')
  })

  it('takes a storage', () => {
    laid('create', 'storage', '--name', 'Archive', '--no-use')
    expect(project.read('server/main.ts')).to.include('backendOf')
    expect(project.ok('create', 'storage', '--name', 'Other', '--no-use')).to.include(
      'backend: new Other(flags.dataDir)',
    )
    laid('create', 'storage', '--name', 'Archive')
    expect(project.read('server/main.ts'))
      .to.include('backend: new Archive(flags.dataDir)')
      .and.not.include('backendOf')
    expect(project.refused('create', 'storage')).to.include('create storage --name Journal')
    expect(project.refused('create', 'storage', '--name', 'x')).to.include(
      '--name must be a word in CamelCase, as Journal',
    )
  })

  it('leaves a project that compiles and passes its tests', () => {
    project.typeCheck()
    project.test()
  })

  it('says what is wrong before a file is written', () => {
    const before = project.snapshot()
    const wrong: [flags: string[], message: string][] = [
      [['--kind', 'order'], '--kind must be a word in CamelCase'],
      [['--kind', 'Bad', '--plural', 'B'], '--plural must be a word in lower case'],
      [['--kind', 'Bad', '--singular', 'b-'], '--singular must be a word in lower case'],
      [['--kind', 'Bad', '--short-names', 'a,B'], '--short-names must be words in lower case'],
      [['--kind', 'Bad', '--short-names', 'bads'], '--short-names must be others than the resource'],
      [['--kind', 'Bad', '--categories', 'A'], '--categories must be words'],
      [['--kind', 'Bad', '--no-status', '--scale'], '--scale needs a status'],
      [['--kind', 'Bad', '--storage', 'none', '--scale'], '--scale needs a kind that is stored'],
      [['--kind', 'Bad', '--storage', 'tape'], 'Invalid values'],
      [['--kind', 'Bad', '--colour', 'red'], 'Unknown argument: colour'],
      [['--kind', 'Order', '--no-status'], 'is there already: nothing was changed'],
    ]
    for (const [flags, message] of wrong)
      expect(project.refused(...resource, ...flags), flags.join(' ')).to.include(message)
    expect(project.snapshot()).to.deep.equal(before)
  })

  it('asks on a terminal for what is missing', () => {
    const run = project.onTerminal('shop\r v1\r Prompted\r', 'create', 'resource')
    expect(run.code, run.stdout).to.equal(0)
    expect(project.has('apis/shop/v1/prompted.ts')).to.equal(true)
    expect(project.onTerminal('\u0003', 'create', 'resource').code).to.equal(130)
  })
})

describe('apiserver-kit init', () => {
  it('takes a name and a package manager', () => {
    const project = new TemporaryProject()
    try {
      const next = project.ok(
        'init',
        '--domain',
        'a.io',
        '--directory',
        'b c',
        '--name',
        '@x/y',
        '--package-manager',
        'pnpm',
      )
      expect(next)
        .to.include("cd 'b c'")
        .and.to.include('pnpm install')
        .and.to.include('pnpm apiserver-kit create resource')
      expect(JSON.parse(project.read('b c/package.json'))).to.include({ name: '@x/y' })
      expect(project.refused('init', '--domain', 'a.io', '--directory', 'd', '--name', 'X')).to.include(
        '--name must be a name',
      )
      expect(project.refused('init', '--domain', 'a.io', '--package-manager', 'apt')).to.include('Invalid values')
    } finally {
      project.remove()
    }
  })
})
