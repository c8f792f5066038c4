// One client of many stops reading: npx tsx test/bench/stalled-watcher.ts [--watchers 1000] [--seconds 30]
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ExampleServer } from '../harness/example-server.ts'

const flunders = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders'
const eventsPerSecond = 20
const eventBytes = 2048
const streamsPerSession = 100

const { values } = parseArgs({ options: { watchers: { type: 'string' }, seconds: { type: 'string' } } })
const watchers = Number(values.watchers ?? 1000)
const seconds = Number(values.seconds ?? 30)

const server = await ExampleServer.start('sample-apiserver')
const { cert, key, ca } = server.credentials
const [certPem, keyPem, caPem] = [cert, key, ca].map((path) => readFileSync(path))
const sessions: ClientHttp2Session[] = []
const session = async (): Promise<ClientHttp2Session> => {
  const made = connect(server.url, { cert: certPem, key: keyPem, ca: caPem })
  await once(made, 'connect')
  sessions.push(made)
  return made
}

/** When each write was sent, by its number. */
const sentMs: number[] = []
let latencies: number[] = []
let received = 0

async function watch(on: ClientHttp2Session): Promise<ClientHttp2Stream> {
  const stream = on.request({
    ':path': `${flunders}?watch=1&resourceVersion=0&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`,
  })
  await once(stream, 'response')
  return stream
}

/** The number of each event, as it comes. */
function follow(stream: ClientHttp2Stream, event: (number: number) => void): void {
  let rest = ''
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) event(Number(/"number":"(\d+)"/.exec(line)?.[1] ?? NaN))
  })
}

async function write(): Promise<void> {
  const number = sentMs.push(performance.now()) - 1
  const metadata = {
    name: `flunder-${String(number)}`,
    annotations: { number: String(number), payload: 'x'.repeat(eventBytes - 400) },
  }
  const answer = await server.send(
    'POST',
    flunders,
    JSON.stringify({ apiVersion: 'wardle.example.com/v1alpha1', kind: 'Flunder', metadata }),
  )
  if (answer.status !== 201) throw new Error(answer.body)
}

const anonymousMiB = (): number =>
  Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(server.child.pid)}/status`, 'utf8'))?.[1]) / 1024

async function phase(name: string): Promise<void> {
  latencies = []
  received = 0
  const begin = anonymousMiB()
  let most = begin
  const startMs = performance.now()
  const count = seconds * eventsPerSecond
  for (let i = 0; i < count; i++) {
    await write()
    most = Math.max(most, anonymousMiB())
    await sleep(Math.max(0, startMs + ((i + 1) * 1000) / eventsPerSecond - performance.now()))
  }
  await sleep(1000)
  const sorted = Float64Array.from(latencies).sort()
  const at = (share: number): string => `${(sorted[Math.floor((sorted.length - 1) * share)] ?? NaN).toFixed(1)} ms`
  const memory = [begin, most, anonymousMiB()].map((mib) => mib.toFixed(0)).join(' / ')
  console.log(`| ${[name, String(received), at(0.5), at(0.99), at(1), `${memory} MiB`].join(' | ')} |`)
}

try {
  const stalledOne = await watch(await session())
  let stalledReceived = 0
  let cutAfterMs: number | undefined
  follow(stalledOne, () => stalledReceived++)
  let on: ClientHttp2Session | undefined
  for (let i = 0; i < watchers - 1; i++) {
    if (!on || i % streamsPerSession === 0) on = await session()
    follow(await watch(on), (number) => {
      latencies.push(performance.now() - (sentMs[number] ?? NaN))
      received++
    })
  }
  console.log(
    `${String(watchers)} watches, ${String(eventsPerSecond)} events a second of ${String(eventBytes)} bytes, ${String(seconds)} s`,
  )
  console.log(
    '| | events received by the others | p50 | p99 | max | anonymous memory: begin / most / end |\n|:--|--:|--:|--:|--:|--:|',
  )
  await phase('warm-up')
  await phase('all read')
  const before = stalledReceived
  stalledOne.pause()
  const stalledAtMs = performance.now()
  const cut = (): void => {
    cutAfterMs ??= performance.now() - stalledAtMs
  }
  stalledOne.on('aborted', cut).on('close', cut).on('end', cut)
  stalledOne.on('error', cut)
  await phase('one stalled')
  const cutWhile = cutAfterMs
  await phase('afterwards')
  stalledOne.resume()
  await sleep(1000)
  const ended = stalledOne.closed || stalledOne.destroyed
  const when = cutWhile === undefined ? '' : `, ${(cutWhile / 1000).toFixed(1)} s after it stopped reading`
  console.log(
    `the stalled one: ${ended ? `cut${when}` : 'NOT CUT'}; ${String(stalledReceived - before)} of ${String(2 * seconds * eventsPerSecond)} events had reached it`,
  )
  if (!ended) process.exitCode = 1
} finally {
  for (const each of sessions) each.destroy()
  await server.stop()
}
