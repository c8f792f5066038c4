import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'

const root = join(import.meta.dirname, '..', '..')
const source = join(root, 'packages/framework/src')

describe('docs/errors.md', () => {
  const text = readFileSync(join(root, 'docs/errors.md'), 'utf8')
  const documented = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, code = '']) => code).sort()

  it('names every code that a program can meet, and no others', () => {
    const thrown = new Set<string>()
    for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.ts') && !file.endsWith('.test.ts'))
        for (const [, code = ''] of readFileSync(join(source, file), 'utf8').matchAll(/'(ERR_[A-Z_]+)'/g))
          if (!code.startsWith('ERR_TLS_') && !code.startsWith('ERR_HTTP')) thrown.add(code)
    expect(documented(/^\| `(ERR_[A-Z_]+)`/gm)).to.deep.equal([...thrown].sort())
  })

  it('names every code of a StorageError', () => {
    const declaration = readFileSync(join(source, 'storage/storage-error.ts'), 'utf8')
    const union = /type StorageErrorCode =([^]*?)\n\n/.exec(declaration)?.[1] ?? ''
    const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code = '']) => code).sort()
    expect(codes).to.have.length.above(10)
    expect(documented(/^\| `([A-Z][a-z]\w+)`/gm)).to.deep.equal(codes)
  })
})
