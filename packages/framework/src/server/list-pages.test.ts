import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Type } from '@sinclair/typebox'
import { Client, KubeConfig } from '../client/index.ts'
import { StatusError } from '../meta/status.ts'
import { StoredResource } from '../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../schema/kind.ts'
import { MemoryBackend } from '../storage/backends/memory/index.ts'
import { ApiServer } from './api-server.ts'

const Thing = defineKind({
  group: 'pages.example.com',
  version: 'v1',
  kind: 'Thing',
  plural: 'things',
  schema: Type.Object({}),
})
type Thing = ObjectOf<typeof Thing>
class ThingResource extends StoredResource<Thing> {
  readonly storageVersion = Thing
}

const things = '/apis/pages.example.com/v1/things'

interface Page {
  readonly metadata: { readonly continue?: string; readonly remainingItemCount?: number }
  readonly items: readonly { readonly metadata: { readonly namespace: string; readonly name: string } }[]
}

describe('a list of all namespaces whose field selector names one', () => {
  const directory = mkdtempSync(join(tmpdir(), 'list-pages-'))
  let server: ApiServer
  let client: Client
  before(async () => {
    const writeKubeconfig = join(directory, 'kubeconfig')
    const options = { securePort: 0, bindAddress: '127.0.0.1', certDir: directory, writeKubeconfig }
    server = new ApiServer({ backend: new MemoryBackend(), ...options }).install(new ThingResource())
    await server.listen()
    client = new Client(KubeConfig.load(writeKubeconfig))
    for (const namespace of ['a', 'b', 'c']) {
      await client.request({
        method: 'POST',
        path: '/api/v1/namespaces',
        body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      })
      for (const name of ['1', '2', '3']) await client.resource(Thing).create({ metadata: { namespace, name } })
    }
  })
  after(async () => {
    client.close()
    await server.close()
    rmSync(directory, { recursive: true })
  })

  const page = (query: string): Promise<Page> =>
    client.request({ path: `${things}?${query}` }) as unknown as Promise<Page>
  const paths = ({ items }: Page): string[] => items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
  const selector = 'fieldSelector=metadata.namespace%3Db'

  it('goes on page by page, each object once', async () => {
    const seen: string[] = []
    let token = ''
    do {
      const answer = await page(`${selector}&limit=1&continue=${token}`)
      seen.push(...paths(answer))
      token = answer.metadata.continue ?? ''
    } while (token)
    expect(seen).to.deep.equal(['b/1', 'b/2', 'b/3'])
  })

  it('goes on where a list without it ended', async () => {
    const first = await page('limit=1')
    expect(paths(first)).to.deep.equal(['a/1'])
    const next = await page(`${selector}&limit=2&continue=${first.metadata.continue ?? ''}`)
    expect(paths(next)).to.deep.equal(['b/1', 'b/2'])
    expect(paths(await page(`limit=2&continue=${next.metadata.continue ?? ''}`))).to.deep.equal(['b/3', 'c/1'])
  })

  it('goes on behind an object that its selector names', async () => {
    const first = await page('limit=1')
    const rest = await page(`fieldSelector=metadata.name%3D1&continue=${first.metadata.continue ?? ''}`)
    expect(paths(rest)).to.deep.equal(['b/1', 'c/1'])
  })

  it('is empty for what is no namespace', async () => {
    for (const name of ['..', '.', 'a/1', 'B', 'a b', 'x'.repeat(64)])
      expect(paths(await page(`fieldSelector=metadata.namespace%3D${encodeURIComponent(name)}`)), name).to.deep.equal(
        [],
      )
  })

  it('says at once that the past of one object is yet to come', async () => {
    const began = performance.now()
    const error = await page(
      'fieldSelector=metadata.name%3D1,metadata.namespace%3Da&resourceVersion=999999&resourceVersionMatch=Exact',
    ).catch((reason: unknown) => reason)
    expect(error).to.be.instanceOf(StatusError)
    expect((error as StatusError).code).to.equal(504)
    expect((error as StatusError).status.details?.retryAfterSeconds).to.equal(undefined)
    expect(performance.now() - began).to.be.lessThan(2000)
  })
})
