import { Client, KubeConfig, metadataOnly, InformerCache, type ResourceKind } from '@apiserver-kit/framework/client'
import { ConfigMap, Deployment, Lease, Namespace, Role, Secret } from '@apiserver-kit/framework/client/kinds'
import { expect } from 'chai'
import type { KubeObject } from '@apiserver-kit/framework'
import type { Cluster } from '../harness/cluster.ts'
import { eventually } from '../harness/eventually.ts'
import { setting } from './setting.ts'

const namespace = 'informing'
const kinds: readonly ResourceKind[] = [ConfigMap, Secret, metadataOnly(Deployment), Lease, Namespace, Role]

describe('Our informers over built-in kinds', function () {
  this.timeout(240_000)
  let cluster: Cluster
  let client: Client
  let cache: InformerCache
  let running: Promise<void>
  const stop = new AbortController()
  const errors: string[] = []
  /** What handlers were told, by kind and then by name: versions. */
  const told = new Map<ResourceKind, Map<string, string>>()
  const violations: string[] = []

  before(async () => {
    ;({ cluster } = await setting())
    client = new Client(KubeConfig.load(cluster.admin.kubeconfig))
    await client.resource(Namespace).create({ metadata: { name: namespace } })
    await churn('before')
    cache = new InformerCache(client, { onError: (error) => errors.push(String(error)) })
    for (const kind of kinds) follow(kind)
    running = cache.start(stop.signal)
    await cache.synced(AbortSignal.timeout(30_000))
  })
  after(async () => {
    stop.abort()
    await running
    client.close()
  })

  function follow(kind: ResourceKind): void {
    const objects = new Map<string, string>()
    told.set(kind, objects)
    const put = ({ metadata }: KubeObject, known: boolean): void => {
      const key = keyOf({ metadata })
      if (objects.has(key) !== known) violations.push(`${kind.kind} ${key}: ${known ? 'updated' : 'added'}`)
      objects.set(key, metadata.resourceVersion ?? '')
    }
    cache.informer(kind).addHandler({
      onAdd: (object) => put(object, false),
      onUpdate: (_, object) => put(object, true),
      onDelete: (object) => {
        if (!objects.delete(keyOf(object))) violations.push(`${kind.kind} ${keyOf(object)}: deleted`)
      },
    })
  }

  async function churn(round: string): Promise<void> {
    const spec = {
      replicas: 0,
      selector: { matchLabels: { round } },
      template: { metadata: { labels: { round } }, spec: { containers: [{ name: 'main', image: 'none' }] } },
    }
    for (let n = 0; n < 10; n++) {
      const metadata = { name: `${round}-${String(n)}`, namespace }
      await client.resource(ConfigMap).create({ metadata, data: { round } })
      await client.resource(Secret).create({ metadata, stringData: { round } })
      await client.resource(Role).create({ metadata, rules: [] })
      await client.resource(Deployment).apply({ metadata, spec }, { fieldManager: 'churn' })
    }
    for (let n = 0; n < 10; n++) {
      const name = `${round}-${String(n)}`
      await client
        .resource(ConfigMap)
        .namespace(namespace)
        .patch(name, { data: { again: round } })
      await client
        .resource(Deployment)
        .namespace(namespace)
        .patch(name, { metadata: { labels: { round } } })
      if (n % 2 === 0)
        for (const kind of [ConfigMap, Secret, Deployment, Role] as readonly ResourceKind[])
          await client.resource(kind).namespace(namespace).delete(name)
    }
  }

  async function inStep(): Promise<void> {
    const views = async (kind: ResourceKind): Promise<[object, object, object]> => {
      const { items } = await client.resource(kind).list()
      return [
        versions(items),
        versions(cache.informer(kind).list()),
        Object.fromEntries([...(told.get(kind) ?? [])].sort()),
      ]
    }
    for (const kind of kinds) {
      const same = async (): Promise<boolean> => {
        const [served, held, heard] = (await views(kind)).map((view) => JSON.stringify(view))
        return served === held && served === heard
      }
      await eventually(`the informer of ${kind.kind} holds what the server holds`, same, 90_000).catch(() => undefined)
      const [served, held, heard] = await views(kind)
      expect(held, `${kind.kind}, held`).to.deep.equal(served)
      expect(heard, `${kind.kind}, heard`).to.deep.equal(served)
      cache.informer(kind).checkHealth()
    }
    expect(violations).to.deep.equal([])
  }

  it('are filled, and follow', async () => {
    await inStep()
    await churn('first')
    await inStep()
  })

  for (const signal of ['SIGTERM', 'SIGKILL'] as const)
    it(`stay in step over a restart of kube-apiserver (${signal})`, async () => {
      await churn(`${signal.toLowerCase()}-up`)
      await cluster.kubeApiserver.stop(signal)
      await cluster.startApiserver()
      await churn(`${signal.toLowerCase()}-again`)
      await inStep()
    })

  it('find out what was deleted, and compacted away, while kube-apiserver was down', async () => {
    await churn('lost')
    await inStep()
    const held = cache.informer(ConfigMap).list({ namespace }).length
    await cluster.kubeApiserver.stop('SIGKILL')
    const gone = await cluster.etcdCall('kv/deleterange', {
      key: base64(`/registry/configmaps/${namespace}/lost-`),
      range_end: base64(`/registry/configmaps/${namespace}/lost.`),
    })
    expect(Number(gone['deleted'])).to.equal(5)
    const { header } = gone as { header: { revision: string } }
    await cluster.etcdCall('kv/compaction', { revision: header.revision, physical: true })
    await cluster.startApiserver()
    await inStep()
    expect(cache.informer(ConfigMap).list({ namespace }).length).to.equal(held - 5)
    await churn('found')
    await inStep()
    console.log(`      ${String(errors.length)} errors were told, the last: ${errors.at(-1) ?? ''}`)
  })
})

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const keyOf = ({ metadata }: Pick<KubeObject, 'metadata'>): string =>
  `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
const versions = (objects: readonly KubeObject[]): Record<string, string> =>
  Object.fromEntries(objects.map((object) => [keyOf(object), object.metadata.resourceVersion ?? ''] as const).sort())
