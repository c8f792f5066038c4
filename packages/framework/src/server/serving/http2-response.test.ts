import { expect } from 'chai'
import { once } from 'node:events'
import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import {
  frame,
  framesIn,
  frameTypes,
  preface,
  RawConnection,
  requestBlock,
} from '../../../../../test/harness/raw-connection.ts'
import { Depot } from '../requests/fixture.test.ts'
import { Http2Response } from './http2-response.ts'

const [endStream, endHeaders] = [1, 4]
const crates = '/apis/depot.example.com/v1/namespaces/default/crates'

describe('Http2Response', () => {
  let depot: Depot
  let raw: RawConnection
  before(() => (depot = new Depot()).start())
  after(() => depot.stop())
  beforeEach(async () => {
    raw = await RawConnection.open(Number(new URL(depot.server.url).port), 'h2', credentials())
    raw.write(Buffer.concat([preface, frame('settings', 0, 0), frame('settings', 1, 0)]))
  })
  afterEach(() => {
    raw.close()
  })
  const credentials = (): { cert: string; key: string; ca: string } => {
    const { certDir } = depot.server.options
    return { cert: `${certDir}/admin.crt`, key: `${certDir}/admin.key`, ca: `${certDir}/ca.crt` }
  }

  /** The frames of one answer, headers and data. */
  async function framesOf(method: string, path: string): Promise<{ type: number; flags: number; length: number }[]> {
    raw.write(frame('headers', endStream | endHeaders, 1, requestBlock(method, path)))
    const ours = () => framesIn(raw.received).filter(({ stream }) => stream === 1)
    const ended = (): boolean => ours().some(({ flags }) => (flags & endStream) !== 0)
    expect(await raw.until(ended, 5000)).to.equal(true)
    // What would come behind the end
    await new Promise((resolve) => setTimeout(resolve, 20))
    return ours()
      .filter(({ type }) => type === frameTypes.data || type === frameTypes.headers)
      .map(({ type, flags, payload }) => ({ type, flags: flags & endStream, length: payload.length }))
  }

  for (const [what, path] of [
    ['plain text', '/healthz'],
    ['a list', crates],
    ['a document', '/openapi/v3'],
    ['a failure', `${crates}/none`],
  ] as const)
    it(`ends ${what} with the last frame of its body`, async () => {
      const [headers, ...data] = await framesOf('GET', path)
      expect(headers).to.include({ type: frameTypes.headers, flags: 0 })
      expect(data.map(({ type }) => type)).to.deep.equal(data.map(() => frameTypes.data))
      expect(data.at(-1)).to.include({ flags: endStream }).and.to.have.property('length').that.is.greaterThan(0)
    })

  it('ends an answer without a body with its headers', async () => {
    const [headers, ...data] = await framesOf('HEAD', '/healthz')
    expect(headers).to.include({ type: frameTypes.headers, flags: endStream })
    expect(data).to.deep.equal([])
  })

  it('ends a watch that sent nothing', async () => {
    const [headers, ...data] = await framesOf('GET', `${crates}?watch=1&timeoutSeconds=1`)
    expect(headers).to.include({ type: frameTypes.headers, flags: 0 })
    expect(data).to.deep.equal([{ type: frameTypes.data, flags: endStream, length: 0 }])
  })

  it('lets the last write of an answer be called back before its stream is destroyed', async () => {
    const server = createServer({ Http2ServerResponse: Http2Response })
    const finished = new Promise<boolean>((resolve) => {
      server.on('request', (request, response) => {
        response.stream.once('close', () => {
          resolve(response.stream.writableFinished)
        })
        // Read to its end: else Node waits of itself.
        request.resume().once('end', () => response.end('done'))
      })
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const client = connect(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)
    const call = client.request({ ':method': 'POST', ':path': '/' })
    call.resume().end('body')
    const isFinished = await finished
    client.close()
    server.close()
    expect(isFinished).to.equal(true)
  })
})
