/**
 * CPU of server-side apply on a large object: 2,000 annotations of 50 bytes, 100 KB in all. Run: node --import tsx test/bench/apply.ts
 */
import { readFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { ExampleServer } from '../harness/example-server.ts'

const fields = 2000
const rounds = 200
const path = '/apis/wardle.example.com/v1beta1/namespaces/default/flunders/large?fieldManager=bench'
const ticksPerSecond = 100

const configuration = (mark: string): string => {
  const annotations = Object.fromEntries(
    Array.from({ length: fields }, (_, i) => [`key-${String(i).padStart(5, '0')}`, `${mark}-${'x'.repeat(34)}`]),
  )
  return JSON.stringify({
    apiVersion: 'wardle.example.com/v1beta1',
    kind: 'Flunder',
    metadata: { name: 'large', annotations },
    spec: {},
  })
}

const server = await ExampleServer.start('sample-apiserver')
const { cert, key, ca } = server.credentials
const session = connect(server.url, { cert: readFileSync(cert), key: readFileSync(key), ca: readFileSync(ca) })

function apply(body: string): Promise<void> {
  return new Promise((resolve, reject) => {
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
}

/** User and system time of the server's process, in milliseconds. */
function cpuMs(): number {
  const fieldsOfStat =
    readFileSync(`/proc/${String(server.child.pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? []
  return ((Number(fieldsOfStat[11]) + Number(fieldsOfStat[12])) * 1000) / ticksPerSecond
}

async function measure(name: string, body: (round: number) => string): Promise<void> {
  for (let i = 0; i < 50; i++) await apply(body(-i))
  const before = cpuMs()
  for (let i = 0; i < rounds; i++) await apply(body(i))
  console.log(`${name}: ${((cpuMs() - before) / rounds).toFixed(2)} ms of CPU`)
}

const bodies = [configuration('a'), configuration('b')]
console.log(`${String(bodies[0]?.length)} bytes, ${String(fields)} managed fields`)
await measure('apply that changes every field', (round) => bodies[Math.abs(round) % 2] ?? '')
await measure('apply that changes nothing', () => bodies[0] ?? '')
session.close()
await server.stop()
