import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { StorageError } from '../../storage-error.ts'
import { LmdbBackend } from './lmdb-backend.ts'
import { DataFolderInUseError } from './owner.ts'

const holder = `
  import { LmdbBackend } from ${JSON.stringify(new URL('lmdb-backend.ts', import.meta.url).href)}
  await new LmdbBackend({ path: process.argv[1] }).open()
  console.log('ready')
  setInterval(() => {}, 1000)
`

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('LmdbBackend.open', () => {
  let path = ''
  let backend: LmdbBackend
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'lmdb-owner-'))
    backend = new LmdbBackend({ path })
  })
  afterEach(async () => {
    await backend.close()
    await rm(path, { recursive: true, force: true })
  })

  const rewriteOwner = (change: object): void => {
    const file = join(path, 'owner.json')
    const record = JSON.parse(readFileSync(file, 'utf8')) as object
    writeFileSync(file, JSON.stringify({ ...record, ...change }))
  }

  it('refuses a folder that another process has open, says which and what to do, and takes it when that is killed', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', holder, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    const error = await failureOf(backend.open())
    expect(error).to.be.instanceOf(DataFolderInUseError)
    expect(error)
      .to.have.property('message')
      .that.contains(path)
      .and.contains(`process ${String(child.pid)}`)
      .and.contains('stop that one first')
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await backend.open()
    await ended
    expect(await backend.currentRevision()).to.equal(1)
  })

  it('refuses a folder that this process has open, which goes on undisturbed', async () => {
    await backend.open()
    const second = new LmdbBackend({ path })
    const error = await failureOf(second.open())
    expect(error).to.be.instanceOf(DataFolderInUseError).with.property('message').that.contains('this process')
    await second.close()
    await backend.commit({ key: 'a', value: Buffer.from('1'), expectedModRevision: 0 })
    await backend.close()
    await second.open()
    expect((await second.get('a'))?.value.toString()).to.equal('1')
    await second.close()
  })

  it('takes the folder of a process whose id another process has now', async () => {
    await backend.open()
    const text = readFileSync(join(path, 'owner.json'), 'utf8')
    await backend.close()
    writeFileSync(join(path, 'owner.json'), text)
    rewriteOwner({ began: '1' })
    await backend.open()
    expect(await backend.currentRevision()).to.equal(1)
  })

  it('takes the folder of another container only when its file stands still', async function () {
    this.timeout(30_000)
    await backend.open()
    const text = readFileSync(join(path, 'owner.json'), 'utf8')
    await backend.close()
    writeFileSync(join(path, 'owner.json'), text)
    rewriteOwner({ scope: 'another', token: 'another' })
    const alive = setInterval(() => {
      utimesSync(join(path, 'owner.json'), new Date(), new Date())
    }, 500)
    expect(await failureOf(backend.open())).to.be.instanceOf(DataFolderInUseError)
    clearInterval(alive)
    await backend.open()
    expect(await backend.currentRevision()).to.equal(1)
  })

  it('lets who has lost the folder write no more, and ends its watches', async () => {
    await backend.open()
    await backend.commit({ key: 'a', value: Buffer.from('1'), expectedModRevision: 0 })
    const watch = backend.watch('a', 'z', { after: 1, signal: new AbortController().signal })
    await watch.next()
    const ended = watch.next()
    // As after a long standstill of this process: another has judged it dead
    rewriteOwner({ began: '1' })
    const usurper = new LmdbBackend({ path })
    await usurper.open()
    await usurper.commit({ key: 'b', value: Buffer.from('2'), expectedModRevision: 0 })
    const error = await failureOf(backend.commit({ key: 'c', value: Buffer.from('3'), expectedModRevision: 0 }))
    expect(error).to.be.instanceOf(StorageError).with.property('code', 'Closed')
    expect(await usurper.get('c')).to.equal(undefined)
    expect((await ended).done).to.equal(true)
    await backend.close()
    await usurper.commit({ key: 'd', value: Buffer.from('4'), expectedModRevision: 0 })
    await usurper.close()
  })

  it('opens and closes again and again', async () => {
    for (let round = 0; round < 5; round++) {
      await Promise.all([backend.open(), backend.open()])
      await backend.commit({ key: String(round), value: Buffer.from('1'), expectedModRevision: 0 })
      await Promise.all([backend.close(), backend.close()])
    }
    await backend.open()
    expect((await backend.range('0', '9')).count).to.equal(5)
  })

  it('jumps over revisions, and forgets history, after an unclean end without sync', async () => {
    backend = new LmdbBackend({ path, sync: false })
    await backend.open()
    const written = await backend.commit({ key: 'a', value: Buffer.from('1'), expectedModRevision: 0 })
    await backend.close()
    await backend.open()
    expect(await backend.currentRevision()).to.equal(written.modRevision)
    await backend.close()
    writeFileSync(join(path, 'unsynced'), '')
    await backend.open()
    expect(await backend.currentRevision()).to.be.greaterThan(1_000_000)
    expect(backend.compactRevision()).to.equal(await backend.currentRevision())
    expect((await backend.get('a'))?.value.toString()).to.equal('1')
  })
})
