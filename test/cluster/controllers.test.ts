import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Cluster } from '../harness/cluster.ts'
import { eventually } from '../harness/eventually.ts'
import { setting } from './setting.ts'

const namespaces = '/api/v1/namespaces'
const api = '/apis/wardle.example.com/v1beta1/namespaces'
const ourKind = { apiVersion: 'wardle.example.com/v1beta1', kind: 'Flunder' }
const configMap = { apiVersion: 'v1', kind: 'ConfigMap' }

interface Reference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
}

describe('kube-controller-manager', function () {
  this.timeout(180_000)
  let cluster: Cluster
  before(async () => {
    ;({ cluster } = await setting())
  })

  const create = async (path: string, body: object): Promise<any> => {
    const answer = await cluster.send('POST', path, body)
    expect(answer.status, answer.text).to.equal(201)
    return answer.body
  }
  const exists = async (path: string): Promise<boolean> => {
    const { status, text } = await cluster.send('GET', path)
    expect([200, 404], text).to.include(status)
    return status === 200
  }
  const gone = (path: string): Promise<void> =>
    eventually(`${path} is gone`, async () => !(await exists(path)), 120_000)

  describe('Namespace', () => {
    it('deletes what is in a namespace, and then the namespace', async () => {
      await create(namespaces, { metadata: { name: 'doomed' } })
      for (let n = 0; n < 20; n++)
        await create(`${api}/doomed/flunders`, { ...ourKind, metadata: { name: `flunder-${String(n)}` } })
      expect((await cluster.send('DELETE', `${namespaces}/doomed`)).status).to.equal(200)
      await eventually('the namespace is terminating', async () => {
        const answer = await cluster.send('POST', `${api}/doomed/flunders`, { ...ourKind, metadata: { name: 'late' } })
        return answer.status === 403 || answer.status === 404
      })
      await gone(`${namespaces}/doomed`)
      const { body } = await cluster.send('GET', '/apis/wardle.example.com/v1beta1/flunders')
      expect(body.items.filter((item: any) => item.metadata.namespace === 'doomed')).to.deep.equal([])
    })

    it('waits for the finalizers of our objects, and says so', async () => {
      await create(namespaces, { metadata: { name: 'held' } })
      const path = `${api}/held/flunders/one`
      await create(`${api}/held/flunders`, { ...ourKind, metadata: { name: 'one', finalizers: ['example.com/hold'] } })
      await cluster.send('DELETE', `${namespaces}/held`)
      await eventually('the namespace says what it waits for', async () => {
        const { text } = await cluster.send('GET', `${namespaces}/held`)
        return text.includes('flunders.wardle.example.com has 1 resource instances')
      })
      const headers = { 'content-type': 'application/merge-patch+json' }
      expect((await cluster.send('PATCH', path, { metadata: { finalizers: null } }, { headers })).status).to.equal(200)
      await gone(`${namespaces}/held`)
    })
  })

  describe('Garbage collection', () => {
    const maps = `${namespaces}/garbage/configmaps`
    const flunders = `${api}/garbage/flunders`
    const nobody: Reference = { ...configMap, name: 'nobody', uid: '7c1f0f3e-0000-4000-8000-000000000000' }
    let next = 0
    before(async () => {
      await create(namespaces, { metadata: { name: 'garbage' } })
    })

    const kinds = {
      'a ConfigMap that owns a Flunder': { owner: [maps, configMap], owned: [flunders, ourKind] },
      'a Flunder that owns a ConfigMap': { owner: [flunders, ourKind], owned: [maps, configMap] },
      'a Flunder that owns a Flunder': { owner: [flunders, ourKind], owned: [flunders, ourKind] },
    } as const

    const family = async (
      { owner, owned }: (typeof kinds)[keyof typeof kinds],
      block = false,
    ): Promise<{ owner: string; owned: string }> => {
      const id = String(next++)
      const parent = await create(owner[0], { ...owner[1], metadata: { name: `owner-${id}` } })
      const reference: Reference = { ...owner[1], name: `owner-${id}`, uid: parent.metadata.uid }
      const ownerReferences = [{ ...reference, ...(block && { blockOwnerDeletion: true }) }]
      await create(owned[0], { ...owned[1], metadata: { name: `owned-${id}`, ownerReferences } })
      // The collector knows an object when its watch has told of it: it told of this one later.
      const stray = { name: `stray-${id}`, ownerReferences: [nobody] }
      await create(owned[0], { ...owned[1], metadata: stray })
      await gone(`${owned[0]}/stray-${id}`)
      return { owner: `${owner[0]}/owner-${id}`, owned: `${owned[0]}/owned-${id}` }
    }
    const remove = async (path: string, propagationPolicy: string): Promise<void> => {
      const answer = await cluster.send('DELETE', path, { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy })
      expect(answer.status, answer.text).to.equal(200)
    }

    for (const [title, kind] of Object.entries(kinds)) {
      it(`background: deletes what is owned after its owner: ${title}`, async () => {
        const { owner, owned } = await family(kind)
        await remove(owner, 'Background')
        expect(await exists(owner)).to.equal(false)
        await gone(owned)
      })

      it(`foreground: the owner stays until what it owns is gone: ${title}`, async () => {
        const { owner, owned } = await family(kind, true)
        const hold = { metadata: { finalizers: ['example.com/hold'] } }
        const headers = { 'content-type': 'application/merge-patch+json' }
        expect((await cluster.send('PATCH', owned, hold, { headers })).status).to.equal(200)
        await remove(owner, 'Foreground')
        await eventually(
          'what is owned is being deleted',
          async () => {
            const { body } = await cluster.send('GET', owned)
            return body.metadata?.deletionTimestamp !== undefined
          },
          120_000,
        )
        const { body } = await cluster.send('GET', owner)
        expect(body.metadata.finalizers).to.deep.equal(['foregroundDeletion'])
        const released = await cluster.send('PATCH', owned, { metadata: { finalizers: null } }, { headers })
        expect(released.status).to.equal(200)
        await gone(owned)
        await gone(owner)
      })

      it(`orphan: takes the reference off what is owned and leaves it: ${title}`, async () => {
        const { owner, owned } = await family(kind)
        await remove(owner, 'Orphan')
        await gone(owner)
        const { status, body } = await cluster.send('GET', owned)
        expect(status).to.equal(200)
        expect(body.metadata.ownerReferences).to.equal(undefined)
        await sleep(1000)
        expect(await exists(owned)).to.equal(true)
      })
    }

    it('deletes an object whose owner never was', async () => {
      await create(flunders, { ...ourKind, metadata: { name: 'stray', ownerReferences: [nobody] } })
      await gone(`${flunders}/stray`)
    })
  })
})
