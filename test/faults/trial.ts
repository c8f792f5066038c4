import { spawnSync } from 'node:child_process'
import { once, setMaxListeners } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ExampleServer, freePort } from '../harness/example-server.ts'
import { check, type Violation } from './checker.ts'
import { EtcdServer } from './etcd-server.ts'
import { collectionPath, flunderOf, itemOf, namespaces, shards, type Flunder } from './flunders.ts'
import { inScope, type History, type Operation, type Scope } from './history.ts'
import { HttpsClient } from './https-client.ts'
import { Random } from './random.ts'
import { StoreLog } from './store-log.ts'
import { Watcher } from './watcher.ts'
import { Writer } from './writer.ts'

export interface TrialOptions {
  readonly seed: number
  readonly seconds: number
  /** Path of an etcd, which is then killed, too. Without it the store is LMDB. */
  readonly etcd?: string
  /** Processes that serve. With more than one, now and then one of them is killed alone, or the first process, which keeps the store. */
  readonly workers?: number
}

export interface Trial {
  readonly history: History
  readonly violations: readonly Violation[]
  readonly figures: Readonly<Record<string, number>>
}

const writerCount = 6
const watcherCount = 12
/**
 * LMDB's server forgets history by itself, but never before it is read: what came after its start stays as long as it lives for less than
 * two of these. Whatever the store, some that was read is forgotten between two lives of the server, and the whole of it now and then.
 */
const compactionMs = 2500
const lifetimeMs = { least: 500, most: 4500 }
const startReserveMs = 500
/** Chance decides what is killed next: a trial goes on until each was killed so often, even when its time is over. */
const leastKills = 4
const convergeMs = 20_000

/** Writes and watches at random while the server is killed again and again; then judges what everybody has seen. */
export async function runTrial({ seed, seconds, etcd: binary, workers = 1 }: TrialOptions): Promise<Trial> {
  const random = new Random(seed)
  const directory = mkdtempSync(join(tmpdir(), 'apiserver-kit-faults-'))
  const port = await freePort()
  const etcd = binary === undefined ? undefined : await EtcdServer.start(binary, directory)
  const log = new StoreLog(etcd ? { etcd: etcd.url } : { path: join(directory, 'data') })
  let bornMs = 0
  const start = ({ compact = !etcd } = {}): Promise<ExampleServer> => {
    bornMs = performance.now()
    const args = ['--etcd-compaction-interval', compact ? `${String(compactionMs)}ms` : '0']
    if (etcd) args.push('--etcd-servers', etcd.url)
    if (workers > 1) args.push('--workers', String(workers))
    return ExampleServer.start('sample-apiserver', { directory, port, args })
  }
  const readLog = (): Promise<void> => log.readOn(({ before, now }) => (random.chance(0.3) ? now : before))
  let server = await start()
  const stopWriters = new AbortController()
  const stopWatchers = new AbortController()
  const clients: HttpsClient[] = []
  try {
    const client = (): HttpsClient => new HttpsClient(server.url, server.credentials)
    const take = (): HttpsClient => clients[clients.push(client()) - 1] ?? client()
    await take().send('POST', '/api/v1/namespaces', namespaceOf('faults'))
    const writers = Array.from({ length: writerCount }, (_, i) => new Writer(`w${String(i)}`, take(), random.fork()))
    const watchers = Array.from({ length: watcherCount }, () => new Watcher(scopeOf(random), take(), random.fork()))
    setMaxListeners(0, stopWatchers.signal)
    const writing = Promise.all(writers.map((writer) => writer.run(stopWriters.signal)))
    const watching = Promise.all(watchers.map((watcher) => watcher.run(stopWatchers.signal)))
    // Whoever fails early is heard of in the end
    writing.catch(() => undefined)
    watching.catch(() => undefined)
    let [kills, etcdKills, workerKills] = [0, 0, 0]
    const deadline = Date.now() + seconds * 1000
    while (Date.now() < deadline || Math.min(kills, etcd ? etcdKills : kills) < leastKills) {
      const longestMs = bornMs + 2 * compactionMs - startReserveMs - performance.now()
      const lifeMs = random.integer(lifetimeMs.least, lifetimeMs.most)
      const restMs = etcd ? lifeMs : Math.max(0, Math.min(lifeMs, longestMs))
      for (let rest = workers > 1 ? 3 : 0; rest > 0; rest--) {
        await sleep(restMs / 4)
        if (killOne(workersOf(server), random)) workerKills++
      }
      await sleep(workers > 1 ? restMs / 4 : restMs)
      if (etcd && random.chance(0.5)) {
        await etcd.kill()
        etcdKills++
        if (random.chance(0.5)) await sleep(random.integer(0, 2000))
        await etcd.start()
      }
      if (!etcd || random.chance(0.7)) {
        await kill(server)
        kills++
        await readLog()
        server = await start()
      } else await readLog()
    }
    stopWriters.abort()
    await writing
    await kill(server)
    await readLog()
    // However long it takes now until all have seen everything
    server = await start({ compact: false })
    const last = await writeLast(take())
    const lagging = await converged(watchers, last)
    stopWatchers.abort()
    await watching
    await kill(server)
    await log.readOn()
    const history: History = {
      log: log.entries,
      operations: [...writers.flatMap(({ operations }) => operations), ...last],
      lists: writers.flatMap(({ lists }) => lists),
      sessions: watchers.flatMap(({ sessions }) => sessions),
    }
    const expired = watchers.reduce((sum, watcher) => sum + watcher.expired, 0)
    // The last worker of a killed first process may yet be writing.
    await rm(directory, { recursive: true, force: true, maxRetries: 10 })
    return {
      history,
      violations: [...check(history), ...lagging],
      figures: figuresOf(history, { kills, etcdKills, workerKills, expired }),
    }
  } finally {
    // Also when it fails: who goes on writing and watching would keep the process
    stopWriters.abort()
    stopWatchers.abort()
    for (const each of clients) each.close()
    await etcd?.kill()
    await server.stop()
  }
}

const namespaceOf = (name: string): unknown => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

const scopeOf = (random: Random): Scope => ({
  ...(random.chance(0.5) ? { namespace: random.pick(namespaces) } : {}),
  ...(random.chance(0.5) ? { shard: random.pick(shards) } : {}),
})

/** All of its processes: workers end by themselves when the first is gone. */
async function kill(server: ExampleServer): Promise<void> {
  if (server.child.exitCode !== null) throw new Error(`the server has ended by itself:\n${server.output}`)
  const exit = once(server.child, 'exit')
  server.child.kill('SIGKILL')
  await exit
}

/** Processes that the server has started; none where it serves by itself. */
function workersOf({ child }: ExampleServer): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' })
  return stdout.split('\n').filter(Boolean).map(Number)
}

/** False: there is none, or it has just come to its end. */
function killOne(pids: readonly number[], random: Random): boolean {
  if (pids.length === 0) return false
  try {
    return process.kill(random.pick(pids), 'SIGKILL')
  } catch {
    return false
  }
}

/** One object for every scope: a watch that has seen it has seen everything. */
async function writeLast(client: HttpsClient): Promise<Operation[]> {
  const written: Operation[] = []
  for (const namespace of namespaces)
    for (const shard of shards) {
      const key = `${namespace}/last-${shard}`
      const state = { value: `last-${namespace}-${shard}`, shard }
      const startMs = performance.now()
      const answer = await client.send('POST', collectionPath({ namespace }), flunderOf(key, state))
      if (answer?.code !== 201) throw new Error(`the last write was answered ${JSON.stringify(answer)}`)
      const { revision } = itemOf(answer.body as Flunder)
      written.push({ action: 'create', key, state, startMs, endMs: performance.now(), outcome: 'done', revision })
    }
  return written
}

async function converged(watchers: readonly Watcher[], last: readonly Operation[]): Promise<Violation[]> {
  const wanted = (scope: Scope): number =>
    Math.max(...last.filter(({ key, state }) => inScope(scope, key, state)).map(({ revision = 0 }) => revision))
  const behind = (): Watcher[] => watchers.filter((watcher) => watcher.reached < wanted(watcher.scope))
  const deadline = Date.now() + convergeMs
  while (behind().length > 0 && Date.now() < deadline) await sleep(50)
  return behind().map(({ scope, reached }) => ({
    kind: 'dropped event',
    detail: `a watch of ${JSON.stringify(scope)} is still at ${String(reached)}, not ${String(wanted(scope))}`,
  }))
}

function figuresOf(history: History, counted: Record<string, number>): Record<string, number> {
  const { operations, lists, sessions, log } = history
  const count = (outcome: Operation['outcome']): number => operations.filter((o) => o.outcome === outcome).length
  const events = sessions.flatMap((session) => session.events)
  return {
    ...counted,
    operations: operations.length,
    acknowledged: count('done'),
    refused: count('conflict') + count('absent'),
    unknown: count('unknown'),
    lists: lists.length,
    revisions: log.length,
    watches: sessions.length,
    events: events.length,
    bookmarks: events.filter(({ type }) => type === 'BOOKMARK').length,
  }
}
