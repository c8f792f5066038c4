// The load client of a machine without Go: fewer kinds of work, HTTP/2 only. Its flags and its answer are those of load/main.go.
import { readFileSync } from 'node:fs'
import { connect, type ClientHttp2Session } from 'node:http2'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Result } from './report.ts'

const flag = (value: string): { readonly type: 'string'; readonly default: string } => ({
  type: 'string',
  default: value,
})
const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    ...{ url: flag(''), cert: flag(''), key: flag(''), ca: flag(''), pids: flag(''), row: flag('') },
    ...{ seconds: flag('5'), warm: flag('3'), workers: flag('16'), objects: flag('1000') },
    ...{ version: flag('v1alpha1'), namespace: flag('bench') },
  },
  // What only the other client knows.
  strict: false,
})
const text = (name: string): string => String(values[name as keyof typeof values] ?? '')

const items = `/apis/wardle.example.com/${text('version')}/namespaces/${text('namespace')}/flunders`
const namespace = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: text('namespace') } })
const object = (name: string): string =>
  JSON.stringify({
    apiVersion: `wardle.example.com/${text('version')}`,
    kind: 'Flunder',
    metadata: { name, labels: { app: 'bench', tier: 'backend' }, annotations: { note: 'lorem ipsum '.repeat(40) } },
    spec: { reference: 'other', referenceType: 'Flunder' },
  })

function send(
  session: ClientHttp2Session,
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<{ status: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ...{ ':method': method, ':path': path, accept: 'application/json', 'content-type': 'application/json' },
      ...headers,
    })
    let status = 0
    let bytes = 0
    stream.on('response', (answer) => (status = answer[':status'] ?? 0))
    stream.on('data', (chunk: Buffer) => (bytes += chunk.length))
    stream.on('end', () => resolve({ status, bytes }))
    stream.on('error', reject)
    if (body) stream.end(body)
    else stream.end()
  })
}

/** User and system time, in microseconds. */
const cpuUs = (pids: readonly string[]): number =>
  pids.reduce((total, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return total + (Number(fields[11]) + Number(fields[12])) * 10_000
  }, 0)

const rssBytes = (pids: readonly string[]): number =>
  pids.reduce((total, pid) => {
    const [, kib = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return total + Number(kib) * 1024
  }, 0)

async function main(): Promise<void> {
  const [cert, key, ca] = ['cert', 'key', 'ca'].map((name) => readFileSync(text(name)))
  const session = connect(text('url'), { cert, key, ca })
  const run = Date.now().toString(36)
  await send(session, 'POST', '/api/v1/namespaces', namespace)
  const count = Number(text('objects'))
  const name = (n: number): string => `get-${String(n % count).padStart(6, '0')}`
  for (let n = 0; n < count; n += 50)
    await Promise.all(Array.from({ length: 50 }, (_, i) => send(session, 'POST', items, object(name(n + i)))))
  const patch = { 'content-type': 'application/merge-patch+json' }
  const works: Readonly<Record<string, (worker: number, n: number) => ReturnType<typeof send>>> = {
    get: (worker, n) => send(session, 'GET', `${items}/${name(worker * 7919 + n * 31)}`),
    list: () => send(session, 'GET', items),
    create: (worker, n) => send(session, 'POST', items, object(`c-${run}-${worker}-${n}`)),
    merge: (worker, n) =>
      send(session, 'PATCH', `${items}/${name(worker * 8 + (n % 8))}`, `{"spec":{"reference":"r${n}"}}`, patch),
    discovery: () => send(session, 'GET', '/apis/wardle.example.com'),
  }
  const work = works[text('row')]
  if (!work) throw new Error(`the row ${text('row')} needs Go`)
  process.stdout.write(`${JSON.stringify(await measure(work, text('pids').split(',')))}\n`)
  session.destroy()
}

async function measure(
  work: (worker: number, n: number) => Promise<{ status: number; bytes: number }>,
  pids: readonly string[],
): Promise<Result> {
  const times: number[] = []
  let [bytes, errors, counting, over] = [0, 0, false, false]
  const workers = Array.from({ length: Number(text('workers')) }, async (_, worker) => {
    for (let n = 0; !over; n++) {
      const began = performance.now()
      const answer = await work(worker, n)
      if (!counting) continue
      if (answer.status >= 300) errors++
      else times.push(performance.now() - began)
      bytes += answer.bytes
    }
  })
  await setTimeout(Number(text('warm')) * 1000)
  const [cpu, own, began] = [cpuUs(pids), process.cpuUsage(), performance.now()]
  counting = true
  await setTimeout(Number(text('seconds')) * 1000)
  counting = false
  over = true
  const { user, system } = process.cpuUsage(own)
  const seconds = (performance.now() - began) / 1000
  const result = { cpuUs: cpuUs(pids) - cpu, rssBytes: rssBytes(pids), clientUs: user + system, seconds }
  await Promise.all(workers)
  times.sort((a, b) => a - b)
  const at = (part: number): number => times[Math.floor(part * (times.length - 1))] ?? 0
  return { ...result, ops: times.length, errors, bytes, p50Ms: at(0.5), p99Ms: at(0.99) }
}

await main()
