import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'

/** A file system of 16 MiB, in a mount namespace of its own. */
const inSmallFileSystem =
  'mount -t tmpfs -o size=16m none "$1" && exec "$2" --import tsx --input-type=module -e "$3" "$1"'

const namespaces = spawnSync('unshare', ['-Urm', 'true']).status === 0

/** Fills the disk, reads, deletes, is given room, writes again; reports as JSON. */
const scenario = `
  import { writeFileSync, rmSync } from 'node:fs'
  import { setTimeout } from 'node:timers/promises'
  import { LmdbBackend } from ${JSON.stringify(new URL('lmdb-backend.ts', import.meta.url).href)}
  const path = process.argv[1]
  const report = { codes: [], deletions: [], unhandled: 0 }
  process.on('unhandledRejection', () => report.unhandled++)
  const backend = new LmdbBackend({ path: path + '/data' })
  await backend.open()
  await setTimeout(200)
  writeFileSync(path + '/other', Buffer.alloc(4 * 1024 * 1024))
  const put = (n) => backend.commit({ key: '/k/' + n, value: Buffer.alloc(20000, 1), expectedModRevision: 0 })
  const entries = []
  for (let n = 0; n < 2000 && report.codes.length < 20; n++)
    await put(n).then((entry) => entries.push(entry), (error) => report.codes.push(error.code))
  report.acknowledged = entries.length
  report.revision = await backend.currentRevision()
  report.highest = entries.at(-1).modRevision
  const range = await backend.range('/k/', '/k0')
  report.found = entries.filter(({ key, modRevision }) => range.entries.some((e) => e.key === key && e.modRevision === modRevision)).length
  report.count = range.count
  for (const { key, modRevision } of entries.slice(0, 5))
    await backend.commit({ key, value: null, expectedModRevision: modRevision })
      .then(() => report.deletions.push('ok'), (error) => report.deletions.push(error.code))
  rmSync(path + '/other')
  const freed = performance.now()
  let recovered
  while (!recovered && performance.now() - freed < 8000) {
    recovered = await put('again').catch(() => undefined)
    await setTimeout(100)
  }
  report.recoveredMilliseconds = performance.now() - freed
  report.next = recovered?.modRevision
  report.event = await (async () => {
    for await (const { events } of backend.watch('/k/', '/k0', { after: recovered.modRevision - 1, signal: new AbortController().signal }))
      return events[0]?.key
  })()
  await backend.close()
  await backend.open()
  report.reopened = (await backend.range('/k/', '/k0')).count
  await backend.close()
  console.log(JSON.stringify(report))
`

interface Report {
  readonly codes: readonly string[]
  readonly deletions: readonly string[]
  readonly unhandled: number
  readonly acknowledged: number
  readonly found: number
  readonly count: number
  readonly revision: number
  readonly highest: number
  readonly next: number
  readonly event: string
  readonly recoveredMilliseconds: number
  readonly reopened: number
}

describe('LmdbBackend on a full disk', () => {
  let path = ''
  before(async () => {
    path = await mkdtemp(join(tmpdir(), 'lmdb-full-'))
  })
  after(() => rm(path, { recursive: true, force: true }))

  it('answers NoSpace, reads and deletes on, loses nothing, and writes again when there is room', async function () {
    this.timeout(60_000)
    // Needs mount namespaces for users, which some containers do not have
    if (!namespaces) this.skip()
    const child = spawn('unshare', ['-Urm', 'sh', '-c', inSmallFileSystem, 'sh', path, process.execPath, scenario], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const report = JSON.parse(await text(child.stdout)) as Report
    if (process.env['DEBUG_FULL']) console.log(report)
    expect(new Set(report.codes)).to.deep.equal(new Set(['NoSpace']))
    expect(report.acknowledged).to.be.greaterThan(50)
    expect(report.found).to.equal(report.acknowledged)
    expect(report.count).to.equal(report.acknowledged)
    expect(report.revision).to.equal(report.highest)
    expect(report.deletions).to.deep.equal(['ok', 'ok', 'ok', 'ok', 'ok'])
    expect(report.recoveredMilliseconds).to.be.lessThan(5000)
    expect(report.event).to.equal('/k/again')
    expect(report.next).to.equal(report.highest + 6)
    expect(report.reopened).to.equal(report.acknowledged - 5 + 1)
    expect(report.unhandled).to.equal(0)
  })
})
