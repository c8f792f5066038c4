import { setTimeout as sleep } from 'node:timers/promises'
import { isNotFound } from '@apiserver-kit/framework/client'
import { EventRecorder, findStatusCondition, Manager, type Logger } from '@apiserver-kit/framework/controller'
import { TestServer } from '@apiserver-kit/framework/testing'
import { expect } from 'chai'
import { Page } from '../apis/page.ts'
import { Site } from '../apis/site.ts'
import { MemoryDns } from '../controller/dns.ts'
import { newSiteController } from '../controller/site.ts'
import { PageResource, SiteResource } from '../server/resources.ts'

const silent: Logger = { debug: () => {}, info: () => {}, error: () => {} }

/** Tries until it is so, and says in the end why it is not. */
async function eventually<T>(check: () => Promise<T> | T): Promise<T> {
  for (let tries = 0; ; tries++)
    try {
      return await check()
    } catch (error) {
      if (tries > 300) throw error
      await sleep(10)
    }
}

describe('Site controller', () => {
  let server: TestServer
  let dns: MemoryDns
  let stop: AbortController
  let running: Promise<void>
  let events: EventRecorder

  before(async () => (server = await TestServer.start({ resources: [new SiteResource(), new PageResource()] })))
  after(() => server.close())
  beforeEach(() => {
    dns = new MemoryDns()
    stop = new AbortController()
    const manager = new Manager({ client: server.newClient(), logger: silent })
    events = new EventRecorder(manager.client, 'site-controller')
    running = manager.add(newSiteController(manager, events, dns)).start(stop.signal)
  })
  afterEach(async () => {
    server.faults.clear()
    await sites().deleteCollection()
    await eventually(async () => expect((await sites().list()).items).to.deep.equal([]))
    stop.abort()
    await running
    await events.close()
  })

  const sites = () => server.directClient.resource(Site).namespace('default')
  const pages = () => server.directClient.resource(Page).namespace('default')
  const create = (name: string, host: string, titles: string[]): Promise<Site> =>
    sites().create({ metadata: { name, namespace: 'default' }, spec: { host, pages: titles } })
  const urlsOf = async (site: string): Promise<string[]> =>
    (await pages().list()).items
      .filter(({ metadata }) => metadata.ownerReferences?.some(({ name }) => name === site))
      .map(({ spec }) => spec.url)
      .sort()
  const readyOf = async (name: string) => findStatusCondition((await sites().get(name)).status?.conditions, 'Ready')

  it('writes pages that it owns, registers the host and reports', async () => {
    await create('blog', 'blog.example', ['home', 'about'])
    await eventually(async () => expect((await readyOf('blog'))?.status).to.equal('True'))
    expect(await urlsOf('blog')).to.deep.equal(['https://blog.example/about', 'https://blog.example/home'])
    const site = await sites().get('blog')
    expect(site.status).to.have.property('pages', 2)
    expect(site.metadata.finalizers).to.deep.equal(['sites.example.com/dns'])
    expect([...dns.hosts]).to.deep.equal([['blog.example', site.metadata.uid]])
    await events.close()
    const told = JSON.stringify(
      await server.directClient.request({ path: '/apis/events.k8s.io/v1/namespaces/default/events' }),
    )
    expect(told).to.contain('Wrote page blog-home')
  })

  it('follows the spec, and mends what others break', async () => {
    await create('shop', 'shop.example', ['a', 'b'])
    await eventually(async () => expect(await urlsOf('shop')).to.have.length(2))
    await sites().patch('shop', { spec: { host: 'store.example', pages: ['b', 'c'] } })
    await eventually(async () =>
      expect(await urlsOf('shop')).to.deep.equal(['https://store.example/b', 'https://store.example/c']),
    )
    expect([...dns.hosts.keys()]).to.deep.equal(['store.example'])
    await pages().delete('shop-b')
    await pages().patch('shop-c', { spec: { url: 'https://elsewhere.example' } })
    await eventually(async () =>
      expect(await urlsOf('shop')).to.deep.equal(['https://store.example/b', 'https://store.example/c']),
    )
    await eventually(async () => expect((await readyOf('shop'))?.observedGeneration).to.equal(2))
  })

  it('gives the host back before a site goes', async () => {
    await create('gone', 'gone.example', [])
    await eventually(async () => expect((await readyOf('gone'))?.status).to.equal('True'))
    await sites().delete('gone')
    const error = await eventually(async () => {
      const found: unknown = await sites()
        .get('gone')
        .catch((e: unknown) => e)
      expect(found).to.satisfy(isNotFound)
      return found
    })
    expect(isNotFound(error)).to.equal(true)
    expect(dns.hosts.size).to.equal(0)
  })

  it('says so when the host belongs to another site', async () => {
    await create('first', 'same.example', [])
    await eventually(async () => expect((await readyOf('first'))?.status).to.equal('True'))
    await create('second', 'same.example', ['home'])
    const ready = await eventually(async () => {
      const condition = await readyOf('second')
      expect(condition?.status).to.equal('False')
      return condition
    })
    expect(ready).to.include({ reason: 'HostTaken', message: 'same.example belongs to another site' })
    expect(await urlsOf('second')).to.deep.equal([])
  })

  it('comes through when answers are lost, others write and watches break', async () => {
    server.faults.conflict({ verb: 'update', resource: 'sites', times: 2 })
    server.faults.conflict({ verb: 'update', resource: 'sites/status' })
    server.faults.dropAnswer({ verb: 'patch', resource: 'pages' })
    server.faults.refuse(500, 'InternalError', { verb: 'patch', resource: 'pages' })
    await create('hardy', 'hardy.example', ['a', 'b', 'c'])
    server.faults.dropWatches()
    await eventually(async () => expect((await readyOf('hardy'))?.status).to.equal('True'))
    expect(await urlsOf('hardy')).to.have.length(3)
  })
})
