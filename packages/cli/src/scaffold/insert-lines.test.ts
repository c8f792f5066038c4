import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { UserError } from '../user-error.ts'
import { insertLines } from './insert-lines.ts'

describe('insertLines', () => {
  const directory = mkdtempSync(join(tmpdir(), 'insert-'))
  const file = join(directory, 'list.ts')
  after(() => {
    rmSync(directory, { recursive: true, force: true })
  })

  it('puts a line before its marker, once', () => {
    writeFileSync(file, '[\n  a,\n  // apiserver-kit:items\n]\n')
    insertLines(file, { items: '  b,' })
    insertLines(file, { items: '  b,' })
    expect(readFileSync(file, 'utf8')).to.equal('[\n  a,\n  b,\n  // apiserver-kit:items\n]\n')
  })
  it('says what to add by hand when the marker is gone', () => {
    writeFileSync(file, '[]\n')
    expect(() => {
      insertLines(file, { items: '  b,' })
    }).to.throw(UserError, /apiserver-kit:items[^]* {2}b,/)
  })
})
