// What operations cost as the store grows: npx tsx test/bench/scale.ts [--up-to 1000000] [--data-dir DIR]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Cacher, JsonCodec, Store, type Storage, type StoredItem } from '@apiserver-kit/framework/storage'
import { LmdbBackend } from '@apiserver-kit/framework/storage/lmdb'

const objectBytes = 2048
const writersAtOnce = 128
const repeats = 500
const pageSize = 500
const pages = 40
const everything = { everything: true, matches: () => true }

interface Figures {
  readonly restartMs: number
  readonly getMs: number
  readonly updateMs: number
  readonly createMs: number
  readonly firstPageMs: number
  readonly pageMs: number
  readonly watchMs: number
  readonly anonymousMiB: number
  readonly heapMiB: number
}

interface Opened {
  readonly storage: Storage
  readonly close: () => Promise<void>
}

async function open(path: string): Promise<Opened> {
  const backend = new LmdbBackend(path)
  await backend.open()
  const codec = new JsonCodec({ apiVersion: 'bench.example.com/v1', kind: 'Thing', toHub: (object) => object })
  const storage = new Cacher(
    new Store(backend, { prefix: '/registry', resourcePrefix: '/bench.example.com/things', codec }),
  )
  await storage.ready()
  const close = async (): Promise<void> => {
    await storage.close()
    await backend.close()
  }
  return { storage, close }
}

const keyOf = (n: number): string =>
  `/bench.example.com/things/ns-${String(n % 10)}/thing-${String(n).padStart(8, '0')}`

const objectOf = (n: number, note: string) => ({
  apiVersion: 'bench.example.com/v1',
  kind: 'Thing',
  metadata: { name: `thing-${String(n).padStart(8, '0')}`, namespace: `ns-${String(n % 10)}`, annotations: { note } },
  spec: { payload: 'x'.repeat(objectBytes - 200) },
})

/** Creates those from `begin` to `end`; objects a second. */
async function fill(storage: Storage, begin: number, end: number): Promise<number> {
  const startMs = performance.now()
  let next = begin
  const worker = async (): Promise<void> => {
    while (next < end) {
      const n = next++
      await storage.create(keyOf(n), objectOf(n, ''))
    }
  }
  await Promise.all(Array.from({ length: writersAtOnce }, worker))
  return ((end - begin) * 1000) / (performance.now() - startMs)
}

/** In a process of its own: what it takes to start, and each operation by itself, one after the other. */
async function measure(path: string, count: number): Promise<Figures> {
  const begun = performance.now()
  const { storage, close } = await open(path)
  await storage.list('/bench.example.com/things', { recursive: true, limit: pageSize, predicate: everything })
  const restartMs = performance.now() - begun
  const any = (): number => Math.floor(Math.random() * count)
  const getMs = await median(repeats, () => storage.get(keyOf(any())))
  const updateMs = await median(repeats, (i) =>
    storage.guaranteedUpdate(keyOf(any()), ({ object } = missing()) => ({
      ...object,
      metadata: { ...object.metadata, annotations: { note: String(i) } },
    })),
  )
  const createMs = await median(repeats, (i) => storage.create(keyOf(100_000_000 + i), objectOf(i, '')))
  for (let i = 0; i < repeats; i++) await storage.delete(keyOf(100_000_000 + i))
  // The first page at a revision also counts what is left behind it
  const firstPageMs = await median(pages, async (i) => {
    await storage.create(keyOf(100_000_000 + i), objectOf(i, ''))
    const startMs = performance.now()
    await storage.list('/bench.example.com/things', { recursive: true, limit: pageSize, predicate: everything })
    return performance.now() - startMs
  })
  for (let i = 0; i < pages; i++) await storage.delete(keyOf(100_000_000 + i))
  let token = ''
  const pageMs = await median(pages, async () => {
    const list = await storage.list('/bench.example.com/things', {
      recursive: true,
      limit: pageSize,
      continue: token,
      predicate: everything,
    })
    token = list.continue
  })
  // From the present on: what a client pays that has listed before
  const watchMs = await median(repeats, async () => {
    const resourceVersion = await storage.currentResourceVersion()
    const stream = await storage.watch('/bench.example.com/things', {
      recursive: true,
      resourceVersion,
      predicate: everything,
      signal: new AbortController().signal,
    })
    stream.close()
  })
  global.gc?.()
  const figures = { restartMs, getMs, updateMs, createMs, firstPageMs, pageMs, watchMs, ...memory() }
  await close()
  return figures
}

function missing(): StoredItem {
  throw new Error('an object of the benchmark is missing')
}

/** Without the pages of the store's file, which the kernel counts, keeps and takes back by itself. */
function memory(): { anonymousMiB: number; heapMiB: number } {
  const status = readFileSync('/proc/self/status', 'utf8')
  const anonymous = /^RssAnon:\s+(\d+) kB/m.exec(status)?.[1]
  return { anonymousMiB: Number(anonymous) / 1024, heapMiB: process.memoryUsage().heapUsed / 2 ** 20 }
}

/** Of the times that it takes, or says that it has taken. */
async function median(times: number, run: (i: number) => Promise<unknown>): Promise<number> {
  const ms: number[] = []
  for (let i = 0; i < times; i++) {
    const startMs = performance.now()
    const told = await run(i)
    ms.push(typeof told === 'number' ? told : performance.now() - startMs)
  }
  return ms.sort((a, b) => a - b)[times >> 1] ?? 0
}

async function main(upTo: number, path: string): Promise<void> {
  const columns = [
    'objects',
    'fill/s',
    'restart',
    'get',
    'update',
    'create',
    'first page of 500',
    'next page',
    'watch',
    'anon. memory',
    'heap',
    'file',
  ]
  console.log(`| ${columns.join(' | ')} |\n|${columns.map(() => '--:|').join('')}`)
  for (let count = 1000, filled = 0; count <= upTo; filled = count, count *= 10) {
    const { storage, close } = await open(path)
    const rate = await fill(storage, filled, count)
    await close()
    const flags = [
      '--expose-gc',
      '--import',
      'tsx',
      import.meta.filename,
      '--data-dir',
      path,
      '--measure',
      String(count),
    ]
    const figures = JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' })) as Figures
    const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`
    const file = statSync(join(path, 'data.mdb')).size / 2 ** 20
    const cells = [String(count), rate.toFixed(0), ms(figures.restartMs), ms(figures.getMs), ms(figures.updateMs)]
    cells.push(ms(figures.createMs), ms(figures.firstPageMs), ms(figures.pageMs), ms(figures.watchMs))
    cells.push(`${figures.anonymousMiB.toFixed(0)} MiB`, `${figures.heapMiB.toFixed(0)} MiB`, `${file.toFixed(0)} MiB`)
    console.log(`| ${cells.join(' | ')} |`)
  }
}

const { values } = parseArgs({
  options: { 'up-to': { type: 'string' }, 'data-dir': { type: 'string' }, measure: { type: 'string' } },
})
const path = values['data-dir'] ?? mkdtempSync(join(tmpdir(), 'scale-'))
try {
  if (values.measure !== undefined) console.log(JSON.stringify(await measure(path, Number(values.measure))))
  else await main(Number(values['up-to'] ?? 100_000), path)
} finally {
  if (values['data-dir'] === undefined) rmSync(path, { recursive: true, force: true })
}
