import { expect } from 'chai'
import { parse } from 'yaml'
import { TemporaryProject } from './temporary-project.ts'

describe('a new project', function () {
  this.timeout(60_000)
  let project: TemporaryProject
  before(() => {
    project = new TemporaryProject()
  })
  after(() => {
    project.remove()
  })

  it('has an image of what runs, by nobody and without development packages', () => {
    const lines = project.read('Dockerfile').split('\n')
    const stages = lines.filter((line) => line.startsWith('FROM '))
    expect(stages.at(-1)).to.match(/distroless\/nodejs24.*:nonroot$/)
    expect(project.read('Dockerfile')).to.include('--omit=dev')
    const copied = lines.filter((line) => /^COPY (?!--from)/.test(line)).flatMap((line) => line.split(' ').slice(1, -1))
    for (const path of copied.filter((name) => !name.includes('*') && name !== 'package.json'))
      // The first kind makes the folder.
      expect(project.has(path), path).to.equal(path !== 'apis')
    expect(project.read('.dockerignore').split('\n')).to.include.members(['node_modules', 'data', 'manifests'])
  })

  it('has a workflow that runs its tests, and settings of editors', () => {
    const workflow = parse(project.read('.github/workflows/ci.yaml')) as {
      jobs: Record<string, { steps: { run?: string }[] }>
    }
    expect(workflow.jobs['test']?.steps.map(({ run }) => run)).to.include('npm test')
    expect(project.read('.editorconfig')).to.include('insert_final_newline = true')
    for (const name of ['extensions', 'launch', 'settings'])
      expect(() => JSON.parse(project.read(`.vscode/${name}.json`)) as unknown).to.not.throw()
  })

  it('has a README whose commands all work', () => {
    const commands = [...project.read('README.md').matchAll(/`npx apiserver-kit ([^`]+)`/g)].map(
      ([, command = '']) => command,
    )
    project.write(
      'FILE',
      JSON.stringify({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        spec: {
          group: 'parts.example.com',
          scope: 'Cluster',
          names: { kind: 'Bolt', plural: 'bolts' },
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
        },
      }),
    )
    const writing = commands.filter((command) => /^(create|import) /.test(command))
    expect(writing).to.have.length(7)
    for (const command of writing)
      // A kind of this command has its controller already.
      if (command.startsWith('create controller'))
        expect(project.refused(...command.split(' '))).to.include('is there already')
      else project.ok(...command.split(' '))
    project.ok('manifests', '--image', 'REGISTRY/shop:0.1.0'.toLowerCase())
    for (const command of commands.filter((c) => c.includes('--help'))) project.ok(...command.split(' '))
    project.typeCheck()
    project.test()
  })
})
