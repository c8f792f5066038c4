import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiServer, MemoryBackend } from '@apiserver-kit/framework'
import { expect } from 'chai'
import fc from 'fast-check'
import { Flunder } from '../../examples/sample-apiserver/apis/wardle/v1beta1/flunder.ts'
import { FlunderResource } from '../../examples/sample-apiserver/resources/flunder.ts'
import { Widget } from '../../examples/widgets/apis/golden/v1/widget.ts'
import { GadgetResource } from '../../examples/widgets/server/gadget.ts'
import { WidgetResource } from '../../examples/widgets/server/widget.ts'
import {
  accepts,
  asCbor,
  asJson,
  asYaml,
  deleteOptions,
  jsonPatches,
  mergePatches,
  objectsOf,
  queries,
  type Body,
} from './fuzz-arbitraries.ts'

const runs = 10_000
/** Requests under way at once. */
const width = 16
const widgets = '/apis/golden.example.com/v1/namespaces/default/widgets'
const flunders = '/apis/wardle.example.com/v1beta1/namespaces/default/flunders'
const target = {
  apiVersion: 'golden.example.com/v1',
  kind: 'Widget',
  metadata: { name: 'target' },
  spec: { replicas: 1 },
}

interface Request {
  readonly method: string
  readonly path: string
  readonly body?: Body
  readonly headers?: OutgoingHttpHeaders
}

interface Answer {
  readonly status: number
  readonly body: string
}

const sent = (method: string, path: string, bodies: fc.Arbitrary<Body>, type: string): fc.Arbitrary<Request> =>
  bodies.map((body) => ({ method, path, body, headers: { 'content-type': `application/${type}` } }))
const patched = (path: string, type: string, patches: fc.Arbitrary<Body>): fc.Arbitrary<Request> =>
  sent('PATCH', path, patches, `${type}-patch+${type === 'apply' ? 'yaml' : 'json'}`)

const someWidget = objectsOf(Widget)
const someFlunder = objectsOf(Flunder)
const applied = 'fieldManager=fuzz&force=true'
const one = `${widgets}/target`

const cases: Readonly<Record<string, fc.Arbitrary<Request>>> = {
  creates: sent('POST', widgets, asJson(someWidget), 'json'),
  'creates in YAML': sent('POST', widgets, asYaml(someWidget), 'yaml'),
  'creates in CBOR': sent('POST', widgets, asCbor(someWidget), 'cbor'),
  'creates of another kind': sent('POST', flunders, asJson(someFlunder), 'json'),
  updates: sent('PUT', one, asJson(someWidget), 'json'),
  'JSON patches': patched(one, 'json', asJson(jsonPatches)),
  'merge patches': patched(one, 'merge', asJson(mergePatches)),
  'strategic merge patches': patched(`${flunders}/target`, 'strategic-merge', asJson(mergePatches)),
  'apply configurations': fc.oneof(
    patched(`${one}?${applied}`, 'apply', asJson(someWidget)),
    patched(`${one}?${applied}`, 'apply', asYaml(someWidget)),
    sent('PATCH', `${one}?${applied}`, asCbor(someWidget), 'apply-patch+cbor'),
  ),
  'writes of a status': fc.oneof(
    sent('PUT', `${one}/status`, asJson(someWidget), 'json'),
    patched(`${one}/status`, 'merge', asJson(mergePatches)),
    patched(`${one}/status?${applied}`, 'apply', asJson(someWidget)),
  ),
  'writes of a scale': fc.oneof(
    sent('PUT', `${one}/scale`, asJson(objectsOf({ ...Widget, apiVersion: 'autoscaling/v1', kind: 'Scale' })), 'json'),
    patched(`${one}/scale`, 'merge', asJson(mergePatches)),
    patched(`${one}/scale`, 'json', asJson(jsonPatches)),
    patched(`${one}/scale?${applied}`, 'apply', asJson(someWidget)),
  ),
  queries: fc
    .tuple(queries, fc.constantFrom(`GET ${flunders}`, `GET ${one}`, `DELETE ${widgets}/nobody`, `PUT ${one}`))
    .map(([query, what]) => {
      const [method = '', path = ''] = what.split(' ')
      return { method, path: `${path}?${query}`, ...(method === 'PUT' ? { body: JSON.stringify(target) } : {}) }
    }),
  'Accept headers': fc
    .tuple(
      accepts,
      fc.constantFrom(one, `${one}/scale`, flunders, `${widgets}/nobody`, '/apis', '/apis/golden.example.com/v1'),
    )
    .map(([accept, path]) => ({ method: 'GET', path, headers: { accept } })),
  'delete options': fc.oneof(
    sent('DELETE', `${widgets}/nobody`, asJson(deleteOptions), 'json'),
    sent('DELETE', `${widgets}/nobody`, asCbor(deleteOptions), 'cbor'),
    sent('DELETE', `${widgets}/nobody`, asCbor(deleteOptions), 'vnd.kubernetes.protobuf'),
    // It has a finalizer.
    sent('DELETE', `${flunders}/target`, asJson(deleteOptions), 'json'),
    sent('DELETE', `${widgets}?fieldSelector=metadata.name=nobody`, asYaml(deleteOptions), 'yaml'),
  ),
}

/** The one 500 that Kubernetes itself answers here, recorded in widgets/scale-absent.json: a patch before may have removed it. */
function isAbsentScale(path: string, body: string): boolean {
  return (
    path.startsWith(`${one}/scale`) &&
    body.replaceAll('\\', '').includes('the spec replicas field ".spec.replicas" does not exist')
  )
}

describe('fuzzed requests', function () {
  this.timeout(600_000)
  const directory = mkdtempSync(join(tmpdir(), 'fuzz-'))
  const server = new ApiServer({
    backend: new MemoryBackend(),
    securePort: 0,
    bindAddress: '127.0.0.1',
    certDir: directory,
    featureGates: { CBORServingAndStorage: true },
  })
    .install(new WidgetResource())
    .install(new GadgetResource())
    .install(new FlunderResource())
  let session: ClientHttp2Session

  before(async () => {
    await server.listen()
    const file = (name: string): Buffer => readFileSync(join(directory, name))
    session = connect(server.url, { ca: file('ca.crt'), cert: file('admin.crt'), key: file('admin.key') })
    const flunder = {
      apiVersion: Flunder.apiVersion,
      kind: 'Flunder',
      metadata: { name: 'target', finalizers: ['a/b'] },
    }
    for (const [path, body] of [
      [widgets, target],
      [flunders, flunder],
    ] as const)
      expect((await send({ method: 'POST', path, body: JSON.stringify(body) })).status).to.equal(201)
  })
  after(async () => {
    session.close()
    await server.close()
    rmSync(directory, { recursive: true, force: true })
  })

  function send({ method, path, body, headers }: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const stream = session.request(
        { ':method': method, ':path': path, 'content-type': 'application/json', ...headers },
        { endStream: body === undefined },
      )
      const chunks: Buffer[] = []
      let status = 0
      stream.on('response', (answer) => (status = answer[':status'] ?? 0))
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        resolve({ status, body: Buffer.concat(chunks).toString() })
      })
      stream.on('error', reject)
      if (body !== undefined) stream.end(body)
    })
  }

  const prototype = Object.getOwnPropertyNames(Object.prototype).sort()

  const judged = new Map<string, string>()

  /** Everything stored must still be what its schema takes; what has not changed since was looked at already. */
  async function stillValid(path: string, seed: string): Promise<void> {
    const { items } = JSON.parse((await send({ method: 'GET', path })).body) as {
      items: { metadata: { name: string; resourceVersion: string } }[]
    }
    for (const item of items) {
      const { name, resourceVersion } = item.metadata
      const own = `${path}/${encodeURIComponent(name)}`
      if (judged.get(own) === resourceVersion) continue
      judged.set(own, resourceVersion)
      const answer = await send({ method: 'PUT', path: `${own}?dryRun=All`, body: JSON.stringify(item) })
      expect(answer.status, `${seed}: ${answer.body.slice(0, 600)}`).to.equal(200)
    }
  }

  for (const [what, requests] of Object.entries(cases))
    it(`${String(runs)} ${what} end with an answer below 500, no prototype touched, nothing wrong stored`, async () => {
      const seed = Date.now()
      const all = fc.sample(requests, { numRuns: runs, seed })
      for (let at = 0; at < all.length; at += width)
        await Promise.all(
          all.slice(at, at + width).map(async (request) => {
            const { status, body } = await send(request)
            const shown = Buffer.isBuffer(request.body) ? request.body.toString('hex') : request.body
            if (isAbsentScale(request.path, body)) return
            expect(
              status,
              `seed ${String(seed)}: ${request.method} ${request.path} ${JSON.stringify(request.headers)} ${String(shown).slice(0, 400)}\n${body.slice(0, 400)}`,
            ).to.be.within(200, 499)
          }),
        )
      expect(Object.getOwnPropertyNames(Object.prototype).sort()).to.deep.equal(prototype)
      await stillValid(widgets, `seed ${String(seed)}`)
      await stillValid(flunders, `seed ${String(seed)}`)
    })
})
