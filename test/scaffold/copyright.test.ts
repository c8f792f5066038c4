import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { TemporaryProject } from './temporary-project.ts'

const widgets = join(import.meta.dirname, '..', 'golden', 'widgets.crd.yaml')

describe('apiserver-kit init --copyright', function () {
  this.timeout(120_000)
  const folder = mkdtempSync(join(tmpdir(), 'copyright '))
  let project: TemporaryProject
  before(() => {
    writeFileSync(join(folder, 'header'), 'Copyright YEAR The Shop Authors.\n\nAll rights reserved.\n')
    project = new TemporaryProject('shop', '--copyright', join(folder, 'header'))
  })
  after(() => {
    project.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const header = `// Copyright ${String(new Date().getFullYear())} The Shop Authors.\n//\n// All rights reserved.\n\n`
  const sources = (): [path: string, text: string][] =>
    Object.entries(project.snapshot()).filter(([path]) => path.endsWith('.ts'))

  it('puts it above every source that any command makes, once', () => {
    for (const line of [
      'create resource --group shop --version v1 --kind Order --scale',
      'create resource --group shop --version v1 --kind Fortune --storage none',
      'create version --group shop --version v2 --kind Order',
      'create subresource --group shop --kind Order --subresource refund',
      'create admission --name RequireOwner',
      'create storage --name Journal',
      'client',
    ]) {
      project.ok(...line.split(' '))
      expect(project.ok(...line.split(' ')), line).to.equal('Nothing to change: everything is there already.\n')
    }
    project.ok('import', 'crd', widgets)
    project.ok('create', 'controller', '--group', 'golden', '--kind', 'Widget')
    expect(sources().length).to.be.greaterThan(20)
    for (const [path, text] of sources()) {
      expect(text.startsWith(header), path).to.equal(true)
      expect(text.split('Shop Authors'), path).to.have.length(2)
    }
    project.typeCheck()
  })

  it('changes nothing by upgrade, and nothing that is there without it', () => {
    const templates = join(import.meta.dirname, '..', '..', 'templates')
    expect(project.ok('upgrade', '--from', templates)).to.include('Nothing to change')
    const resources = project.read('server/resources.ts').slice(header.length)
    project.write('server/resources.ts', resources)
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'Parcel')
    expect(project.read('server/resources.ts')).to.include('ParcelResource').and.not.include('Shop Authors')
  })

  it('takes a comment as it is', () => {
    project.write('copyright.txt', '/* Mine */\n')
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'Bill')
    expect(project.read('server/bill.ts')).to.match(/^\/\* Mine \*\/\n\nimport /)
  })
})
