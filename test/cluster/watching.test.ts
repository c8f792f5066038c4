import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { Socket } from 'node:net'
import { expect } from 'chai'
import type { Cluster } from '../harness/cluster.ts'
import { eventually } from '../harness/eventually.ts'
import { setting } from './setting.ts'

const group = '/apis/wardle.example.com'
const flunders = `${group}/v1beta1/namespaces/watching/flunders`
const applyYaml = { 'content-type': 'application/apply-patch+yaml' }
const flunder = (name: string, more: object = {}): object => ({
  apiVersion: 'wardle.example.com/v1beta1',
  kind: 'Flunder',
  metadata: { name },
  ...more,
})

describe('Watches and server-side apply through the aggregation layer', () => {
  let cluster: Cluster
  before(async () => {
    ;({ cluster } = await setting())
    await cluster.send('POST', '/api/v1/namespaces', { metadata: { name: 'watching' } })
  })

  /** Events as they come, until `close` is called. */
  const watch = (
    query: string,
    headers: Record<string, string> = {},
  ): { events: any[]; ended: () => boolean; close: () => void } => {
    const events: any[] = []
    let [rest, ended] = ['', false]
    const { cert, key } = cluster.admin
    const files = { cert: readFileSync(cert), key: readFileSync(key), ca: cluster.certificates.servingCa }
    const outgoing = request(
      `${cluster.url}${flunders}?watch=true&${query}`,
      { ...files, headers, agent: false },
      (answer) => {
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n')
          rest = lines.pop() ?? ''
          events.push(...lines.map((line) => JSON.parse(line) as unknown))
        })
        answer.on('end', () => (ended = true)).on('error', () => (ended = true))
      },
    )
    outgoing.on('error', () => (ended = true)).end()
    return { events, ended: () => ended, close: () => outgoing.destroy() }
  }
  const ok = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<any> => {
    const answer = await cluster.send(method, path, body, { headers })
    expect([200, 201], answer.text).to.include(answer.status)
    return answer.body
  }

  it('hands on every event at once', async () => {
    const { events, close } = watch('resourceVersion=0')
    for (const name of ['one', 'two', 'three']) {
      await ok('POST', flunders, flunder(name))
      const sent = performance.now()
      await eventually(`${name} is seen`, async () => events.some((e) => e.object.metadata.name === name), 2000)
      expect(performance.now() - sent).to.be.lessThan(1000)
    }
    await ok('DELETE', `${flunders}/three`)
    await eventually('the deletion is seen', async () => events.some((e) => e.type === 'DELETED'), 2000)
    close()
    expect(events.map((e) => `${String(e.type)} ${String(e.object.metadata.name)}`)).to.deep.equal([
      'ADDED one',
      'ADDED two',
      'ADDED three',
      'DELETED three',
    ])
  })

  it('begins with the state and its bookmark when asked to', async () => {
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
    const { events, close } = watch(query, {
      accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
    })
    await eventually('the bookmark has come', async () => events.some((e) => e.type === 'BOOKMARK'), 5000)
    close()
    const bookmark = events.find((e) => e.type === 'BOOKMARK')
    expect(bookmark.object.metadata.annotations).to.deep.equal({ 'k8s.io/initial-events-end': 'true' })
    expect(events.slice(0, 2).map((e) => [e.object.kind, e.object.metadata.name])).to.deep.equal([
      ['PartialObjectMetadata', 'one'],
      ['PartialObjectMetadata', 'two'],
    ])
  })

  it('goes through a WebSocket, too', async () => {
    const { cert, key } = cluster.admin
    const outgoing = request(`${cluster.url}${flunders}?watch=true&resourceVersion=0&timeoutSeconds=5`, {
      ...{ cert: readFileSync(cert), key: readFileSync(key), ca: cluster.certificates.servingCa, agent: false },
      headers: {
        ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
        ...{ 'sec-websocket-key': randomBytes(16).toString('base64'), origin: cluster.url },
      },
    })
    outgoing.end()
    const [answer, socket, head] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Socket, Buffer]
    expect(answer.statusCode).to.equal(101)
    let bytes = head
    socket.on('data', (chunk: Buffer) => (bytes = Buffer.concat([bytes, chunk])))
    await eventually('a frame has come', async () => bytes.includes('"one"'), 5000)
    await ok('POST', flunders, flunder('upgraded'))
    await eventually('another frame has come', async () => bytes.includes('"upgraded"'), 5000)
    socket.destroy()
    await ok('DELETE', `${flunders}/upgraded`)
    // FIN, and a message of text.
    expect(bytes[0]).to.equal(0x81)
  })

  it('ends a watch when its time is over', async () => {
    const { ended, close } = watch('timeoutSeconds=1')
    await eventually('the watch has ended', async () => ended(), 5000)
    close()
  })

  it('applies from the server side, and says who owns what is contested', async () => {
    const apply = (manager: string, reference: string, force = false) =>
      cluster.send(
        'PATCH',
        `${flunders}/applied?fieldManager=${manager}&force=${String(force)}`,
        flunder('applied', { spec: { flunderReference: reference, referenceType: 'Flunder' } }),
        { headers: applyYaml },
      )
    expect((await apply('first', 'one')).status).to.equal(201)
    const conflict = await apply('second', 'two')
    expect(conflict.status).to.equal(409)
    expect(conflict.body.message).to.include('conflict with "first"')
    const forced = await apply('second', 'two', true)
    expect(forced.status).to.equal(200)
    expect(forced.body.spec.flunderReference).to.equal('two')
    expect(forced.body.metadata.managedFields.map((m: any) => [m.manager, m.operation]).sort()).to.deep.equal([
      ['first', 'Apply'],
      ['second', 'Apply'],
    ])
  })

  it('serves both versions of an object', async () => {
    const old = await ok('GET', `${group}/v1alpha1/namespaces/watching/flunders/applied`)
    expect(old).to.deep.include({ apiVersion: 'wardle.example.com/v1alpha1' })
    expect(old.spec).to.deep.equal({ reference: 'two', referenceType: 'Flunder' })
  })

  it('lists in pages, and deletes them as a collection', async function () {
    this.timeout(120_000)
    const names = Array.from({ length: 500 }, (_, n) => `page-${String(n).padStart(3, '0')}`)
    for (let at = 0; at < names.length; at += 50)
      await Promise.all(
        names
          .slice(at, at + 50)
          .map((name) => ok('POST', flunders, flunder(name, { metadata: { name, labels: { page: 'yes' } } }))),
      )
    const seen: string[] = []
    let token = ''
    do {
      const list = await ok(
        'GET',
        `${flunders}?limit=120&labelSelector=page%3Dyes&continue=${encodeURIComponent(token)}`,
      )
      seen.push(...list.items.map((item: any) => item.metadata.name as string))
      token = list.metadata.continue ?? ''
    } while (token)
    expect(seen).to.deep.equal(names)
    await ok('DELETE', `${flunders}?labelSelector=page%3Dyes`)
    expect((await ok('GET', `${flunders}?labelSelector=page%3Dyes`)).items).to.deep.equal([])
  })
})
