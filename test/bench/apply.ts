/**
 * CPU of server-side apply on a large object: 2,000 annotations of 50 bytes, 100 KB in all. Run: node --import tsx test/bench/apply.ts
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { ExampleServer } from '../harness/example-server.ts'

const fields = 2000
const rounds = 500
/** Until V8 has compiled what it will compile: a server runs for longer. */
const warmUps = 400
const ticksPerSecond = 100

/** A kind that is stored in the version asked for, and one that is converted on its way into the store and out of it. */
const kinds = [
  {
    name: 'of one version',
    example: 'widgets',
    apiVersion: 'golden.example.com/v1',
    kind: 'Gadget',
    place: 'gadgets',
    spec: { serial: '0001' },
  },
  {
    name: 'that is converted',
    example: 'sample-apiserver',
    apiVersion: 'wardle.example.com/v1beta1',
    kind: 'Flunder',
    place: 'namespaces/default/flunders',
    spec: {},
  },
]
type BenchKind = (typeof kinds)[number]

const configuration = ({ apiVersion, kind, spec }: BenchKind, mark: string): string => {
  const annotations = Object.fromEntries(
    Array.from({ length: fields }, (_, i) => [`key-${String(i).padStart(5, '0')}`, `${mark}-${'x'.repeat(34)}`]),
  )
  return JSON.stringify({
    apiVersion,
    kind,
    metadata: { name: 'large', annotations },
    spec,
  })
}

async function bench(kind: BenchKind): Promise<void> {
  const server = await ExampleServer.start(kind.example)
  const { cert, key, ca } = server.credentials
  // With the windows of Go's client: more at a time, fewer words in between.
  const session = connect(server.url, {
    cert: readFileSync(cert),
    key: readFileSync(key),
    ca: readFileSync(ca),
    settings: { enablePush: false, initialWindowSize: 4 * 1024 * 1024 },
  })
  await once(session, 'connect')
  session.setLocalWindowSize(1024 * 1024 * 1024)
  const path = `/apis/${kind.apiVersion}/${kind.place}/large?fieldManager=bench`

  const apply = (body: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const stream = session.request({
        ':method': 'PATCH',
        ':path': path,
        'content-type': 'application/apply-patch+yaml',
      })
      stream.on('response', (headers) => {
        if ((headers[':status'] ?? 0) >= 300) reject(new Error(`status ${String(headers[':status'])}`))
      })
      stream.on('data', () => undefined)
      stream.on('end', resolve)
      stream.on('error', reject)
      stream.end(body)
    })

  const measure = async (name: string, body: (round: number) => string): Promise<void> => {
    for (let i = 0; i < warmUps; i++) await apply(body(-i))
    const before = cpuMs(server)
    for (let i = 0; i < rounds; i++) await apply(body(i))
    console.log(`a kind ${kind.name}, ${name}: ${((cpuMs(server) - before) / rounds).toFixed(2)} ms of CPU`)
  }

  const bodies = [configuration(kind, 'a'), configuration(kind, 'b')]
  console.log(`${String(bodies[0]?.length)} bytes, ${String(fields)} managed fields`)
  await measure('apply that changes every field', (round) => bodies[Math.abs(round) % 2] ?? '')
  await measure('apply that changes nothing', () => bodies[0] ?? '')
  session.close()
  await server.stop()
}

/** User and system time of the server's process, in milliseconds. */
function cpuMs(server: ExampleServer): number {
  const fieldsOfStat =
    readFileSync(`/proc/${String(server.child.pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? []
  return ((Number(fieldsOfStat[11]) + Number(fieldsOfStat[12])) * 1000) / ticksPerSecond
}

for (const kind of kinds) await bench(kind)
