import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { JsonObject } from '../../util/json.ts'
import { eventText } from './backend.ts'
import { BatchingBackend } from './batching.ts'
import { LogBackend } from './log-backend.ts'

describe('LogBackend', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'audit-'))
  })
  afterEach(() => {
    rmSync(directory, { recursive: true })
  })

  it('writes a line for each event, for nobody else to read, and goes on where it was', async () => {
    const path = join(directory, 'deep', 'audit.log')
    for (const n of [1, 2]) {
      const log = new LogBackend({ path })
      log.process({ n, text: '<a & b>' })
      expect(readFileSync(path, 'utf8').split('\n')).to.have.length(n + 1)
      await log.close()
      await log.close()
    }
    expect(readFileSync(path, 'utf8').split('\n')[0]).to.equal('{"n":1,"text":"\\u003ca \\u0026 b\\u003e"}')
    expect(statSync(path).mode & 0o777).to.equal(0o600)
  })
  it('puts full files aside, and keeps so many of them', async () => {
    const log = new LogBackend({ path: join(directory, 'audit.log'), maxSizeMegabytes: 1, maxBackups: 2 })
    const text = 'x'.repeat(600_000)
    for (let n = 0; n < 6; n++) log.process({ n, text })
    await log.close()
    const names = readdirSync(directory)
    expect(names).to.have.length(3)
    const lines = names.flatMap((name) => readFileSync(join(directory, name), 'utf8').trim().split('\n'))
    expect(lines.map((line) => (JSON.parse(line) as { n: number }).n).sort()).to.deep.equal([3, 4, 5])
    expect(
      names.filter((name) => /^audit-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}(-\d+)?\.log$/.test(name)),
    ).to.have.length(2)
  })
})

describe('LogBackend with compress', () => {
  it('compresses what is put aside, and forgets it in time', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'audit-'))
    try {
      const options = { path: join(directory, 'audit.log'), maxSizeMegabytes: 1, maxBackups: 2, compress: true }
      const log = new LogBackend(options)
      for (let n = 0; n < 6; n++) {
        log.process({ n, text: 'x'.repeat(600_000) })
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
      await log.close()
      const aside = readdirSync(directory)
        .filter((name) => name !== 'audit.log')
        .sort()
      expect(aside).to.have.length(2)
      const numbers = aside.map((name) => {
        expect(name).to.match(/^audit-.*\.log\.gz$/)
        const text = gunzipSync(readFileSync(join(directory, name))).toString()
        expect(statSync(join(directory, name)).mode & 0o777).to.equal(0o600)
        return (JSON.parse(text) as { n: number }).n
      })
      expect(numbers).to.deep.equal([3, 4])
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

describe('eventText', () => {
  it('keeps integers beyond what numbers hold', () => {
    expect(eventText({ n: 9007199254740993n })).to.equal('{"n":9007199254740993}')
  })
})

describe('BatchingBackend', () => {
  const options = { bufferSize: 5, maxBatchSize: 2, maxWaitMs: 10 }

  it('sends in order, in batches, and what is left when it closes', async () => {
    const batches: JsonObject[][] = []
    const backend = new BatchingBackend(
      'x',
      async (events) => {
        await new Promise((resolve) => setTimeout(resolve, 1))
        batches.push([...events])
      },
      { ...options, bufferSize: 100 },
      () => undefined,
    )
    for (let n = 0; n < 5; n++) backend.process({ n })
    await backend.close()
    expect(batches.map((batch) => batch.map(({ n }) => n))).to.deep.equal([[0, 1], [2, 3], [4]])
    backend.process({ n: 5 })
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect(batches.at(-1)).to.deep.equal([{ n: 5 }])
  })
  it('loses what finds no room, and what cannot be sent, and says so', async () => {
    let lost = 0
    const backend = new BatchingBackend(
      'x',
      () => Promise.reject(new Error('down')),
      { ...options, maxBatchSize: 10, maxWaitMs: 1000 },
      (count) => (lost += count),
    )
    for (let n = 0; n < 7; n++) backend.process({ n })
    expect(lost).to.equal(2)
    await backend.close()
    expect(lost).to.equal(7)
  })
  it('keeps to its pace', async () => {
    const at: number[] = []
    const backend = new BatchingBackend(
      'x',
      () => Promise.resolve(void at.push(performance.now())),
      { bufferSize: 100, maxBatchSize: 1, maxWaitMs: 0, throttle: { qps: 50, burst: 2 } },
      () => undefined,
    )
    const begin = performance.now()
    for (let n = 0; n < 5; n++) backend.process({ n })
    await backend.close()
    expect(at).to.have.length(5)
    expect((at[4] ?? 0) - begin).to.be.within(45, 500)
  })
})
