import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { LmdbBackend } from './lmdb-backend.ts'
import type { BackendEvent } from '../../backend.ts'

const kills = 10

/** Writes as fast as it can, and says what is acknowledged: key, number, revision; number 0 for a deletion. */
const writer = `
  import { LmdbBackend } from ${JSON.stringify(new URL('lmdb-backend.ts', import.meta.url).href)}
  const backend = new LmdbBackend({ path: process.argv[1], maxHistoryBytes: 2 * 1024 * 1024 })
  await backend.open()
  console.log('ready')
  const filler = 'x'.repeat(1500)
  const work = async (key) => {
    const found = await backend.get(key)
    let revision = found?.modRevision ?? 0
    for (let n = found ? Number(found.value.toString().split(' ')[0]) + 1 : 1; ; n++) {
      const gone = revision > 0 && n % 7 === 0
      const value = gone ? null : Buffer.from(n + ' ' + filler)
      const entry = await backend.commit({ key, value, expectedModRevision: revision })
      console.log(key, gone ? 0 : n, entry.modRevision)
      revision = gone ? 0 : entry.modRevision
    }
  }
  for (let w = 0; w < 20; w++) void work('/crash/' + w)
`

interface Acknowledged {
  readonly key: string
  readonly number: number
  readonly revision: number
}

async function writeUntilKilled(path: string): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', writer, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged: Acknowledged[] = []
  let ready = false
  for await (const line of createInterface(child.stdout)) {
    const [key = '', number, revision] = line.split(' ')
    if (revision) acknowledged.push({ key, number: Number(number), revision: Number(revision) })
    else if (line === 'ready') {
      ready = true
      void setTimeout(50 + Math.random() * 300).then(() => child.kill('SIGKILL'))
    }
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  expect(ready, 'the child has opened the data').to.equal(true)
  return acknowledged
}

/** All events that the log has. */
async function eventsAfter(backend: LmdbBackend, after: number): Promise<BackendEvent[]> {
  const events: BackendEvent[] = []
  const abort = new AbortController()
  const current = await backend.currentRevision()
  const watch = backend.watch('/', '0', { after, signal: abort.signal })
  if (after < current)
    for await (const batch of watch) {
      events.push(...batch.events)
      if (batch.revision >= current) break
    }
  return events
}

const numberIn = (value: Buffer | undefined): number => Number(value?.toString().split(' ')[0] ?? 0)

async function judge(path: string, acknowledged: readonly Acknowledged[]): Promise<void> {
  const backend = new LmdbBackend({ path })
  await backend.open()
  try {
    const after = backend.compactRevision()
    const log = new Map((await eventsAfter(backend, after)).map((event) => [event.revision, event]))
    const last = new Map<string, BackendEvent>()
    // The first write has revision 2
    let next = Math.max(after, 1)
    for (const event of log.values()) {
      expect(event.revision, 'no revision is missing').to.equal(++next)
      const before = last.get(event.key)
      if (before) {
        expect(numberIn(event.previous?.value)).to.equal(numberIn(before.value))
        if (before.value) expect(event.previous?.modRevision).to.equal(before.revision)
      }
      last.set(event.key, event)
    }
    expect(next).to.equal(await backend.currentRevision())
    for (const { key, number, revision } of acknowledged)
      if (revision > after) {
        expect(log.get(revision)?.key).to.equal(key)
        expect(numberIn(log.get(revision)?.value)).to.equal(number)
      }
    const { entries } = await backend.range('/crash/', '/crash0')
    const present = new Map(entries.map((entry) => [entry.key, entry]))
    for (const [key, event] of last) expect(present.get(key)?.modRevision).to.equal(event.value && event.revision)
    for (const { key, revision } of acknowledged)
      expect(last.get(key)?.revision ?? present.get(key)?.modRevision ?? 0).to.be.at.least(revision)
  } finally {
    await backend.close()
  }
}

describe('LmdbBackend after SIGKILL', () => {
  let path = ''
  before(async () => {
    path = await mkdtemp(join(tmpdir(), 'lmdb-crash-'))
  })
  after(() => rm(path, { recursive: true, force: true }))

  it(`has every acknowledged write, and uses no revision again, ${String(kills)} times`, async function () {
    this.timeout(120_000)
    let highest = 0
    let total = 0
    for (let round = 0; round < kills; round++) {
      const acknowledged = await writeUntilKilled(path)
      for (const { revision } of acknowledged) expect(revision).to.be.greaterThan(highest)
      await judge(path, acknowledged)
      highest = Math.max(highest, ...acknowledged.map(({ revision }) => revision))
      total += acknowledged.length
    }
    expect(total).to.be.greaterThan(kills * 10)
    if (process.env['DEBUG_CRASH']) console.log(total)
  })
})
