import { expect } from 'chai'
import { parseJson, type JsonValue } from '../../util/json.ts'
import { Depot } from './fixture.test.ts'

const scale = (more: object): JsonValue => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: { name: 'a' },
  ...more,
})
const refused = 'Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal'

describe('requests: scale, a Go type', () => {
  const depot = new Depot()
  before(async () => {
    await depot.start()
    await depot.create('a', { replicas: 1 })
  })
  after(() => depot.stop())

  it('has a Table of its own', async () => {
    const { object } = await depot.send('GET', 'a/scale', {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    })
    const { columnDefinitions, rows } = object as unknown as {
      columnDefinitions: readonly { name: string; description: string }[]
      rows: readonly { cells: readonly JsonValue[] }[]
    }
    expect(columnDefinitions.map(({ name }) => name)).to.deep.equal(['Name', 'Desired', 'Available', 'Age'])
    expect(columnDefinitions[1]?.description).to.equal('Number of desired replicas')
    expect(rows[0]?.cells.slice(0, 3)).to.deep.equal(['a', 1, 0])
  })

  it('answers 400 to what is no Scale', async () => {
    for (const [body, message] of [
      [
        scale({ spec: { replicas: 'x' } }),
        `${refused} string into Go struct field ScaleSpec.spec.replicas of type int32`,
      ],
      [
        scale({ spec: { replicas: 1.5 } }),
        `${refused} number 1.5 into Go struct field ScaleSpec.spec.replicas of type int32`,
      ],
      [
        scale({ spec: { replicas: 2 ** 31 } }),
        `${refused} number 2147483648 into Go struct field ScaleSpec.spec.replicas of type int32`,
      ],
      [scale({ spec: [] }), `${refused} array into Go struct field Scale.spec of type v1.ScaleSpec`],
      [
        scale({ status: { selector: true } }),
        `${refused} bool into Go struct field ScaleStatus.status.selector of type string`,
      ],
      [
        scale({ kind: 'Foo' }),
        'Foo in version "v1" cannot be handled as a Scale: no kind "Foo" is registered for version "autoscaling/v1" in scheme "apiserver-kit"',
      ],
      [
        scale({ apiVersion: 'autoscaling/v2' }),
        'Scale in version "v2" cannot be handled as a Scale: no kind "Scale" is registered for version "autoscaling/v2" in scheme "apiserver-kit"',
      ],
    ] as const) {
      const answer = await depot.send('PUT', 'a/scale', { body })
      expect([answer.code, answer.message]).to.deep.equal([400, message])
    }
    const big = await depot.send('PUT', 'a/scale', {
      body: '{"metadata":{"name":"a"},"spec":{"replicas":9007199254740993}}',
    })
    expect(big.message).to.equal(
      `${refused} number 9007199254740993 into Go struct field ScaleSpec.spec.replicas of type int32`,
    )
  })

  it('answers 422 to a patch that makes none of it', async () => {
    const headers = { 'content-type': 'application/merge-patch+json' }
    for (const [body, message] of [
      [
        { spec: { replicas: '4' } },
        'json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32',
      ],
      [{ kind: 'x' }, 'no kind "x" is registered for version "autoscaling/v1" in scheme "apiserver-kit"'],
    ] as const) {
      const answer = await depot.send('PATCH', 'a/scale', { body, headers })
      expect(answer.code).to.equal(422)
      expect(answer.message).to.match(/^ "" is invalid: patch: Invalid value: "\{.*\}": /)
      expect(answer.message.endsWith(message), answer.message).to.equal(true)
    }
  })

  it('knows kind and apiVersion without being told', async () => {
    const { code, object } = await depot.send('PUT', 'a/scale', {
      body: { metadata: { name: 'a' }, spec: { replicas: 3 } },
    })
    expect([code, object['kind'], object['spec']]).to.deep.equal([200, 'Scale', { replicas: 3 }])
    const headers = { 'content-type': 'application/merge-patch+json' }
    const patched = await depot.send('PATCH', 'a/scale', {
      body: { kind: null, apiVersion: null, spec: { replicas: 4 } },
      headers,
    })
    expect([patched.code, patched.object['spec']]).to.deep.equal([200, parseJson('{"replicas":4}')])
  })
})
