import { expect } from 'chai'
import { ScriptedServer, cut, json, refuse, widget, type Answer } from '../client/scripted-server.test.ts'
import { EventRecorder } from './event-recorder.ts'

const eventsPath = '/apis/events.k8s.io/v1/namespaces/default/events'

describe('EventRecorder.record', () => {
  let server: ScriptedServer
  let recorder: EventRecorder
  let errors: unknown[]
  const start = async (...script: Answer[]): Promise<void> => {
    server = await ScriptedServer.start(script)
    errors = []
    recorder = new EventRecorder(server.client(), 'example.com/c', {
      onError: (error) => errors.push(error),
      retryMs: 2,
    })
  }
  afterEach(async () => {
    await recorder.close()
    await server.close()
  })
  const body = (index: number): any => JSON.parse(server.seen[index]?.body ?? '{}')
  const scaled = { reason: 'Scaled', action: 'Scaling' }

  it('creates an event about the object', async () => {
    await start(json(widget('e', 1)))
    recorder.record(widget('a', 1), { ...scaled, type: 'Warning', note: 'ä'.repeat(600), related: widget('b', 2) })
    await server.requests(1)
    expect(server.seen[0]).to.include({ method: 'POST', path: eventsPath })
    const event = body(0)
    expect(event).to.deep.include({
      ...scaled,
      type: 'Warning',
      note: 'ä'.repeat(512),
      reportingController: 'example.com/c',
    })
    expect(event.metadata.name).to.match(/^a\.[0-9a-f]{16}$/)
    expect(event.eventTime).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(event.regarding).to.include({ kind: 'Widget', namespace: 'default', name: 'a', uid: 'uid-a' })
    expect(event.related).to.include({ name: 'b' })
  })

  it('makes a series of the same event, told at its beginning and when the recorder closes', async () => {
    await start(json(widget('e', 1)))
    for (let version = 1; version <= 2; version++) recorder.record(widget('a', version), scaled)
    await server.requests(1)
    recorder.record(widget('a', 3), { ...scaled, reason: 'Other' })
    for (let version = 4; version <= 6; version++) recorder.record(widget('a', version), scaled)
    await recorder.close()
    await recorder.close()
    const first = server.seen.filter((_, i) => body(i).series !== undefined || body(i).reason === 'Scaled')
    expect(first.at(0)?.method).to.equal('POST')
    expect(first.at(-1)).to.include({ method: 'PATCH', path: `${eventsPath}/${String(body(0).metadata.name)}` })
    expect(JSON.parse(first.at(-1)?.body ?? '').series.count).to.equal(5)
    expect(server.seen.filter(({ method }) => method === 'POST')).to.have.length(2)
  })

  it('creates a series anew that the server has forgotten', async () => {
    await start(json(widget('e', 1)), refuse(404, 'NotFound'), json(widget('e', 1)))
    recorder.record(widget('a', 1), scaled)
    await server.requests(1)
    recorder.record(widget('a', 1), scaled)
    await recorder.close()
    expect(server.seen.map(({ method }) => method)).to.deep.equal(['POST', 'PATCH', 'POST'])
    expect(body(2).series.count).to.equal(2)
    expect(errors).to.deep.equal([])
  })

  it('tries again what did not reach the server, and gives up what the server refuses', async () => {
    await start(cut, json(widget('e', 1)), refuse(403, 'Forbidden'))
    recorder.record(widget('a', 1), scaled)
    await server.requests(2)
    expect(body(1).metadata.name).to.equal(body(0).metadata.name)
    recorder.record(widget('b', 1), scaled)
    await recorder.close()
    expect(server.seen).to.have.length(3)
    expect(errors).to.have.length(1)
  })

  it('takes an event that is there already, after a try without an answer, for written', async () => {
    await start(cut, refuse(409, 'AlreadyExists'))
    recorder.record(widget('a', 1), scaled)
    await server.requests(2)
    await recorder.close()
    expect(server.seen).to.have.length(2)
    expect(errors).to.deep.equal([])
  })

  it('records nothing when it is closed', async () => {
    await start(json(widget('e', 1)))
    await recorder.close()
    recorder.record(widget('a', 1), scaled)
    await recorder.close()
    expect(server.seen).to.deep.equal([])
  })
})
