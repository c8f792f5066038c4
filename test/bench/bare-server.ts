// What any server in Node has to do for the same requests: TLS, HTTP/2, JSON and a durable write. Ours is measured against it, so that a figure kept on
// one machine says something on another. Arguments: port, directory, certificate, key.
import { readFileSync } from 'node:fs'
import { createSecureServer, type ServerHttp2Stream } from 'node:http2'
import { open } from 'lmdb'

const [port = '0', directory = '', cert = '', key = ''] = process.argv.slice(2)
const store = open<Buffer, string>({ path: directory, encoding: 'binary', compression: false })
const discovery = Buffer.from(JSON.stringify({ kind: 'APIGroup', name: 'wardle.example.com' }))
const nothing = Buffer.alloc(0)

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const merged = (target: Json, patch: Json): Json => {
  for (const [name, value] of Object.entries(patch)) {
    const old = target[name]
    target[name] = isObject(value) && isObject(old) ? merged(old, value) : value
  }
  return target
}

async function write(name: string, object: Json): Promise<Buffer> {
  const bytes = Buffer.from(JSON.stringify(object))
  await store.put(name, bytes)
  await store.flushed
  return bytes
}

function list(prefix: string): Buffer {
  const parts: Buffer[] = []
  for (const { value } of store.getRange({ start: `${prefix}/`, end: `${prefix}0` }))
    parts.push(value, Buffer.from(','))
  return Buffer.concat(parts)
}

async function answer(method: string, path: string, body: Buffer): Promise<readonly [number, Buffer]> {
  const [, , , , , namespace, resource, name] = path.split('/')
  if (method === 'GET' && resource === undefined) return [200, discovery]
  const prefix = `${namespace ?? ''}/${resource ?? ''}`
  if (method === 'POST') {
    const object = JSON.parse(body.toString()) as Json & { metadata: { name: string } }
    return [201, await write(`${prefix}/${object.metadata.name}`, object)]
  }
  if (name === undefined) return [200, list(prefix)]
  const stored = store.get(`${prefix}/${name}`)
  if (!stored) return [404, nothing]
  if (method === 'GET') return [200, stored]
  const patched = merged(JSON.parse(stored.toString()) as Json, JSON.parse(body.toString()) as Json)
  return [200, await write(`${prefix}/${name}`, patched)]
}

async function serve(stream: ServerHttp2Stream, method: string, path: string): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  const [status, bytes] = await answer(method, path, Buffer.concat(chunks))
  stream.respond({ ':status': status, 'content-type': 'application/json', 'content-length': bytes.length })
  stream.end(bytes)
}

const server = createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) })
server.on('stream', (stream, headers) => {
  stream.on('error', () => undefined)
  serve(stream, headers[':method'] ?? '', headers[':path'] ?? '').catch(() => stream.destroy())
})
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'))
