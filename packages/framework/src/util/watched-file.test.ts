import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { WatchedFiles } from './watched-file.ts'

describe('WatchedFiles', () => {
  let directory: string
  const open: WatchedFiles[] = []
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'watched-'))
  })
  afterEach(() => {
    for (const files of open.splice(0)) files.close()
    rmSync(directory, { recursive: true })
  })

  function watched(names: readonly string[]) {
    const seen: string[][] = []
    const errors: string[] = []
    const files = new WatchedFiles(
      names.map((name) => join(directory, name)),
      (contents) => {
        if (contents.includes('bad')) throw new Error('bad')
        seen.push([...contents])
      },
      (error) => errors.push(String(error)),
    )
    open.push(files)
    return { files, seen, errors }
  }
  const until = async (check: () => boolean): Promise<void> => {
    const deadline = Date.now() + 5000
    while (!check()) {
      if (Date.now() > deadline) throw new Error('it did not come to pass in 5 s')
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  it('tells the contents of all when one changed, however it was written', async () => {
    writeFileSync(join(directory, 'a'), '1')
    writeFileSync(join(directory, 'b'), '1')
    const { files, seen } = watched(['a', 'b'])
    expect(files.contents).to.deep.equal(['1', '1'])
    writeFileSync(join(directory, 'a'), '2')
    await until(() => seen.length === 1)
    writeFileSync(join(directory, 'new'), '2')
    renameSync(join(directory, 'new'), join(directory, 'b'))
    await until(() => seen.length === 2)
    expect(seen).to.deep.equal([
      ['2', '1'],
      ['2', '2'],
    ])
  })

  it('follows links that move on, as those of a mounted Secret', async () => {
    const version = (name: string): void => {
      mkdirSync(join(directory, name))
      writeFileSync(join(directory, name, 'tls.crt'), name)
      symlinkSync(name, join(directory, '..data_tmp'))
      renameSync(join(directory, '..data_tmp'), join(directory, '..data'))
    }
    version('..v1')
    symlinkSync(join('..data', 'tls.crt'), join(directory, 'tls.crt'))
    const { seen } = watched(['tls.crt'])
    version('..v2')
    await until(() => seen.length === 1)
    expect(seen).to.deep.equal([['..v2']])
  })

  it('tells of what cannot be used or read, and goes on', async () => {
    writeFileSync(join(directory, 'a'), '1')
    const { files, seen, errors } = watched(['a'])
    writeFileSync(join(directory, 'a'), 'bad')
    files.check()
    rmSync(join(directory, 'a'))
    files.check()
    expect(errors).to.have.length(2)
    expect(errors[1]).to.include('cannot read')
    writeFileSync(join(directory, 'a'), '2')
    await until(() => seen.length === 1)
  })

  it('throws at once when a file is not there', () => {
    expect(() => watched(['missing'])).to.throw('cannot read')
  })
})
