import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type ClientHttp2Session } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiServer, MemoryBackend } from '@apiserver-kit/framework'
import { expect } from 'chai'
import fc from 'fast-check'
import { GadgetResource } from '../../examples/widgets/server/gadget.ts'
import { WidgetResource } from '../../examples/widgets/server/widget.ts'

const runs = 10_000
/** Requests under way at once. */
const width = 16
const widgets = '/apis/golden.example.com/v1/namespaces/default/widgets'
const base = {
  apiVersion: 'golden.example.com/v1',
  kind: 'Widget',
  metadata: { name: 'target' },
  spec: { replicas: 1 },
}

interface Answer {
  status: number
  body: string
}

/** Member names that mean something, to somebody. */
const names = fc.constantFrom(
  ...[
    'apiVersion',
    'kind',
    'metadata',
    'name',
    'namespace',
    'labels',
    'annotations',
    'finalizers',
    'ownerReferences',
    'managedFields',
  ],
  ...[
    'generation',
    'uid',
    'resourceVersion',
    'creationTimestamp',
    'spec',
    'status',
    'replicas',
    'mode',
    'title',
    'args',
    'ports',
    'policy',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    '$patch',
    '$retainKeys',
    '',
    'a/b',
    '~0',
    '\u0000',
  ],
)
const scalars = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    2 ** 53 + 2,
    '',
    'x',
    'Widget',
    'target',
    'default',
    '\ud800',
    '../..',
  ),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ maxLength: 8 }),
)
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalars, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.array(fc.tuple(names, tie('value')), { maxLength: 5 }).map((members) => {
    const object = Object.create(null) as Record<string, unknown>
    for (const [name, value] of members)
      Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
    return object
  }),
}))
const nearly = fc
  .tuple(json, json)
  .map(([spec, more]) => ({ ...base, spec, metadata: { name: 'target', labels: more } }))
const bodies = fc.oneof(json, nearly, nearly).map((value) => JSON.stringify(value))
const broken = fc.tuple(bodies, fc.nat(), fc.string({ maxLength: 3 })).map(([text, at, junk]) => {
  const cut = at % (text.length + 1)
  return text.slice(0, cut) + junk + text.slice(cut + (at % 3))
})
const anyBody = fc.oneof({ arbitrary: bodies, weight: 4 }, { arbitrary: broken, weight: 1 })
const pointers = fc
  .array(names, { maxLength: 4 })
  .map((parts) => parts.map((p) => `/${p.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''))
const operations = fc.record(
  {
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'frobnicate'),
    path: pointers,
    from: pointers,
    value: json,
  },
  { requiredKeys: ['op'] },
)
const jsonPatches = fc.oneof(
  { arbitrary: fc.array(operations, { maxLength: 5 }).map((o) => JSON.stringify(o)), weight: 4 },
  { arbitrary: anyBody, weight: 1 },
)
const mergePatches = fc.oneof(
  fc.record({ spec: json, metadata: json }, { requiredKeys: [] }).map((v) => JSON.stringify(v)),
  anyBody,
)

describe('fuzzed bodies', function () {
  this.timeout(600_000)
  const directory = mkdtempSync(join(tmpdir(), 'fuzz-'))
  const server = new ApiServer({
    backend: new MemoryBackend(),
    securePort: 0,
    bindAddress: '127.0.0.1',
    certDir: directory,
  })
    .install(new WidgetResource())
    .install(new GadgetResource())
  let session: ClientHttp2Session

  before(async () => {
    await server.listen()
    const file = (name: string): Buffer => readFileSync(join(directory, name))
    session = connect(server.url, { ca: file('ca.crt'), cert: file('admin.crt'), key: file('admin.key') })
    expect((await send('POST', widgets, JSON.stringify(base))).status).to.equal(201)
  })
  after(async () => {
    session.close()
    await server.close()
    rmSync(directory, { recursive: true, force: true })
  })

  function send(method: string, path: string, body = '', type = 'application/json'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const stream = session.request(
        { ':method': method, ':path': path, 'content-type': type },
        { endStream: body === '' },
      )
      const chunks: Buffer[] = []
      let status = 0
      stream.on('response', (headers) => (status = headers[':status'] ?? 0))
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        resolve({ status, body: Buffer.concat(chunks).toString() })
      })
      stream.on('error', reject)
      if (body !== '') stream.end(body)
    })
  }

  const prototype = Object.getOwnPropertyNames(Object.prototype).sort()

  /** Sends every sample; afterwards everything stored must still be what its schema takes. */
  async function survives(samples: fc.Arbitrary<string>, method: string, path: string, type?: string): Promise<void> {
    const seed = Date.now()
    const all = fc.sample(samples, { numRuns: runs, seed })
    for (let at = 0; at < all.length; at += width)
      await Promise.all(
        all.slice(at, at + width).map(async (body) => {
          const answer = await send(method, path, body, type)
          expect(
            answer.status,
            `seed ${String(seed)}: ${body.slice(0, 400)}\n${answer.body.slice(0, 400)}`,
          ).to.be.within(200, 499)
        }),
      )
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).to.deep.equal(prototype)
    const { items } = JSON.parse((await send('GET', widgets)).body) as { items: { metadata: { name: string } }[] }
    for (const item of items) {
      const again = await send('PUT', `${widgets}/${item.metadata.name}?dryRun=All`, JSON.stringify(item))
      expect(again.status, `seed ${String(seed)}: ${again.body.slice(0, 600)}`).to.equal(200)
    }
  }

  for (const [what, samples, method, path, type] of [
    ['creates', anyBody, 'POST', widgets, undefined],
    ['updates', anyBody, 'PUT', `${widgets}/target`, undefined],
    ['status updates', anyBody, 'PUT', `${widgets}/target/status`, undefined],
    ['JSON patches', jsonPatches, 'PATCH', `${widgets}/target`, 'application/json-patch+json'],
    ['merge patches', mergePatches, 'PATCH', `${widgets}/target`, 'application/merge-patch+json'],
    [
      'apply configurations',
      anyBody,
      'PATCH',
      `${widgets}/target?fieldManager=fuzz&force=true`,
      'application/apply-patch+yaml',
    ],
    ['delete options', anyBody, 'DELETE', `${widgets}/nobody`, undefined],
  ] as const)
    it(`${String(runs)} ${what} end with an answer below 500, no prototype touched, nothing wrong stored`, () =>
      survives(samples, method, path, type))
})
