import { expect } from 'chai'
import { ExampleServer } from '../harness/example-server.ts'

const flunders = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders'
const flunder = (name: string, more = ''): string =>
  `{"apiVersion":"wardle.example.com/v1alpha1","kind":"Flunder","metadata":{"name":"${name}"}${more}}`

describe('bodies that nobody should send', () => {
  let server: ExampleServer
  before(async () => {
    server = await ExampleServer.start('sample-apiserver')
  })
  after(() => server.stop())

  /** The server answers the bad one, and the next one as if nothing had happened. */
  async function refused(name: string, body: string, code: number, message: RegExp | string): Promise<void> {
    const answer = await server.send('POST', flunders, body)
    expect(answer.status, answer.body.slice(0, 500)).to.equal(code)
    const status = JSON.parse(answer.body) as { kind: string; message: string; code: number }
    expect(status.kind).to.equal('Status')
    expect(status.code).to.equal(code)
    expect(status.message).to.match(message instanceof RegExp ? message : new RegExp(`^${message}$`))
    expect((await server.send('POST', flunders, flunder(name))).status).to.equal(201)
    expect(({} as Record<string, unknown>).polluted).to.equal(undefined)
  }

  it('answers 400 for malformed JSON', () =>
    refused('after-malformed', '{"kind": "Flunder", ', 400, /couldn't get version\/kind; json parse error: /))
  it('answers 400 for an empty body', () => refused('after-empty', '', 400, /.+/))
  it('answers 413 beyond 3 MiB', () =>
    refused(
      'after-large',
      flunder('large', `,"spec":{"reference":"${'x'.repeat(3 * 1024 * 1024)}"}`),
      413,
      'Request entity too large: limit is 3145728',
    ))
  it('answers 400 for JSON nested ten thousand deep', () =>
    refused('after-deep', flunder('deep', `,"spec":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`), 400, /.+/))
  it('drops __proto__ as the unknown member that it is', async () => {
    const body = flunder(
      'proto',
      ',"spec":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}},"__proto__":{"polluted":true}',
    )
    const answer = await server.send('POST', flunders, body)
    expect(answer.status, answer.body).to.equal(201)
    expect(answer.body).to.not.include('polluted')
    expect((await server.get(`${flunders}/proto`)).body).to.not.include('polluted')
  })
  it('names __proto__ among the unknown fields when asked to be strict', async () => {
    const answer = await server.send(
      'POST',
      `${flunders}?fieldValidation=Strict`,
      flunder('strict', ',"spec":{"__proto__":{"a":1}}'),
    )
    expect(answer.status).to.equal(400)
    expect(answer.body).to.include('unknown field \\"spec.__proto__\\"')
  })
  it('takes no prototype out of a JSON patch', async () => {
    const patch =
      '[{"op":"add","path":"/metadata/__proto__","value":{"polluted":true}},{"op":"add","path":"/__proto__/polluted","value":true}]'
    const answer = await server.send('PATCH', `${flunders}/proto`, patch, {
      'content-type': 'application/json-patch+json',
    })
    expect(answer.status).to.be.oneOf([200, 422])
    const after = await server.get('/readyz')
    expect(after.status).to.equal(200)
    expect((await server.get(`${flunders}/proto`)).body).to.not.include('polluted')
  })
  it('takes no prototype out of a merge patch', async () => {
    const patch = '{"__proto__":{"polluted":true},"spec":{"__proto__":{"polluted":true}}}'
    const answer = await server.send('PATCH', `${flunders}/proto`, patch, {
      'content-type': 'application/merge-patch+json',
    })
    expect(answer.status, answer.body).to.equal(200)
    expect(answer.body).to.not.include('polluted')
  })
})
