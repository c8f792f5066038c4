import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { billOfMaterials } from './bill-of-materials.ts'

describe('billOfMaterials', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bill of materials '))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  function lay(path: string, manifest: object): void {
    const file = join(folder, path, 'package.json')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(manifest))
  }
  const bill = (): {
    components: { name: string; purl: string; licenses?: object[] }[]
    dependencies: { ref: string; dependsOn: string[] }[]
  } => JSON.parse(billOfMaterials(folder)) as ReturnType<typeof bill>

  it('names what is needed, by way of links as well, and not what is for development', () => {
    lay('.', { name: 'shop', version: '1.0.0', dependencies: { '@a/b': '1' }, devDependencies: { mocha: '1' } })
    lay('store/b/node_modules/@a/b', {
      name: '@a/b',
      version: '1.2.3',
      license: 'MIT',
      dependencies: { c: '2' },
      optionalDependencies: { elsewhere: '1' },
      peerDependencies: { brought: '1' },
    })
    lay('store/b/node_modules/c', {
      name: 'c',
      version: '2.0.0',
      license: '(MIT OR Apache-2.0)',
      dependencies: { '@a/b': '1' },
    })
    lay('node_modules/mocha', { name: 'mocha', version: '1.0.0' })
    mkdirSync(join(folder, 'node_modules/@a'))
    symlinkSync(join(folder, 'store/b/node_modules/@a/b'), join(folder, 'node_modules/@a/b'))
    const { components, dependencies } = bill()
    expect(components.map(({ purl }) => purl)).to.deep.equal(['pkg:npm/%40a/b@1.2.3', 'pkg:npm/c@2.0.0'])
    expect(components.map(({ licenses }) => licenses?.[0])).to.deep.equal([
      { license: { id: 'MIT' } },
      { expression: '(MIT OR Apache-2.0)' },
    ])
    expect(dependencies).to.deep.equal([
      { ref: 'pkg:npm/%40a/b@1.2.3', dependsOn: ['pkg:npm/c@2.0.0'] },
      { ref: 'pkg:npm/c@2.0.0', dependsOn: ['pkg:npm/%40a/b@1.2.3'] },
      { ref: 'pkg:npm/shop@1.0.0', dependsOn: ['pkg:npm/%40a/b@1.2.3'] },
    ])
  })

  it('says what is not installed', () => {
    lay('.', { name: 'shop', version: '1.0.0', dependencies: { c: '2' } })
    expect(bill).to.throw('c, which shop needs, is not installed: run `npm install` first')
  })
})
