import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ExampleServer } from '../harness/example-server.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

interface Difference {
  readonly where: RegExp
  readonly reason: string
}

/** Everything in which our documents are not the recorded ones. Descriptions were not recorded. */
const differences: readonly Difference[] = [
  { where: /^info\/(?:title|version)$/, reason: "the server's name and version are its own" },
  {
    where: /^paths\/ \/(?:api|apis\/(?:events|coordination|authentication|authorization)[^ ]*|apis|version|openid|healthz|livez|readyz)[/ ]/,
    reason: 'without a cluster the server serves namespaces, events and leases itself, and their discovery',
  },
  {
    where:
      /^definitions\/io\.k8s\.(?:api\.core|coordination|events)\.v1\.|^definitions\/io\.k8s\.apimachinery\.pkg\.(?:version\.Info|apis\.meta\.v1\.(?:APIGroupList|APIVersions|DeleteOptions|Patch|Preconditions))/,
    reason: 'what these and their deletion and patches need',
  },
  {
    where: /meta\.v1\.(?:WatchEvent|DeleteOptions)\/x-kubernetes-group-version-kind$/,
    reason: 'the groups that the server has beside wardle',
  },
  {
    where: /Fischer\/properties\/disallowedFlunders\/(?:x-kubernetes-list-type|items\/default)$/,
    reason: 'a list is atomic and a Go string empty without saying so',
  },
]

const documents = {
  'openapi-v2': '/openapi/v2',
  'openapi-v3-wardle.example.com': '/openapi/v3/apis/wardle.example.com',
  'openapi-v3-wardle.example.com-v1alpha1': '/openapi/v3/apis/wardle.example.com/v1alpha1',
  'openapi-v3-wardle.example.com-v1beta1': '/openapi/v3/apis/wardle.example.com/v1beta1',
}

describe('OpenAPI documents beside those of the sample API server in Go', function () {
  this.timeout(120_000)
  const seen = new Set<Difference>()
  let server: ExampleServer
  before(async () => {
    server = await ExampleServer.start('sample-apiserver')
  })
  after(() => server.stop())

  for (const [name, path] of Object.entries(documents))
    it(`${path} says what the recorded one says, but for what is listed`, async () => {
      const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'serving', `${name}.json`), 'utf8')) as Json
      const served = JSON.parse((await server.get(path)).body) as Json
      const unlisted = compare(comparable(recorded), comparable(served), []).filter((place) => {
        const known = differences.find(({ where }) => where.test(place))
        if (known) seen.add(known)
        return !known
      })
      expect(unlisted).to.deep.equal([])
    })

  it('lists no difference that there is not', () => {
    expect(differences.filter((difference) => !seen.has(difference))).to.deep.equal([])
  })

  it('are the same bytes each time, under a strong ETag that stands for them', async () => {
    for (const path of Object.values(documents)) {
      const [first, second] = [await server.get(path), await server.get(path)]
      expect(second.body).to.equal(first.body)
      expect(first.headers.etag).to.match(/^"[^"]+"$/)
      expect(second.headers.etag).to.equal(first.headers.etag)
      const again = await server.send('GET', path, undefined, { 'if-none-match': String(first.headers.etag) })
      expect(again.status).to.equal(304)
    }
  })
})

/** Without descriptions, and with parameters where they are named: their names hold a hash of their descriptions. */
function comparable(document: Json): Json {
  const shared = (document as { parameters?: Record<string, Json> }).parameters ?? {}
  const visit = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(visit)
    if (typeof value !== 'object' || value === null) return value
    const { $ref } = value
    const parameter = typeof $ref === 'string' ? shared[$ref.replace('#/parameters/', '')] : undefined
    if (parameter !== undefined) return visit(parameter)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name, member]) => !(name === 'description' && typeof member === 'string'))
        .map(([name, member]) => [name, visit(member)]),
    )
  }
  const { parameters: _parameters, ...rest } = visit(document) as Record<string, Json>
  return rest
}

/** Where two documents differ; a name that is a path stands between spaces. */
function compare(recorded: Json | undefined, served: Json | undefined, path: readonly string[]): string[] {
  if (isObject(recorded) && isObject(served))
    return [...new Set([...Object.keys(recorded), ...Object.keys(served)])].flatMap((name) =>
      compare(recorded[name], served[name], [...path, name.startsWith('/') ? ` ${name} ` : name]),
    )
  return JSON.stringify(recorded) === JSON.stringify(served) ? [] : [path.join('/')]
}

const isObject = (value: Json | undefined): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
