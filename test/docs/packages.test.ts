import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'

const root = join(import.meta.dirname, '..', '..')

/** What would be published. */
function packed(name: string): string[] {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: join(root, 'packages', name),
    encoding: 'utf8',
  })
  const [{ files } = { files: [] }] = JSON.parse(stdout) as { files: { path: string }[] }[]
  return files.map(({ path }) => path)
}

describe('packages', function () {
  this.timeout(60_000)

  for (const name of ['framework', 'cli', 'create-apiserver-kit'])
    it(`${name} is published with its page and licence, without tests`, () => {
      const files = packed(name)
      expect(files).to.include.members(['README.md', 'LICENSE', 'package.json'])
      expect(
        files.filter((path) => /^(src|dist)\/.*\.test\.|tsbuildinfo$|\.built$|node_modules/.test(path)),
      ).to.deep.equal([])
    })

  it('framework has the code and the types of each entry point', () => {
    const files = new Set(packed('framework'))
    const { exports } = JSON.parse(readFileSync(join(root, 'packages/framework/package.json'), 'utf8')) as {
      exports: Record<string, Record<'types' | 'default', string>>
    }
    // Of what is inlined.
    expect([...files]).to.include('dist/third-party-licenses.txt')
    for (const { types, default: code } of Object.values(exports))
      for (const path of [types, code]) expect([...files], path).to.include(path.replace('./', ''))
  })
})
