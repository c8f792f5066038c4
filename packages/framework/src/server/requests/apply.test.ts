import { expect } from 'chai'
import { Depot } from './fixture.test.ts'

const yaml = (spec: string): string =>
  `apiVersion: depot.example.com/v1\nkind: Crate\nmetadata: {name: a}\nspec:\n${spec}`

describe('requests: bodies of server-side apply', () => {
  const depot = new Depot()
  before(() => depot.start())
  after(() => depot.stop())

  const apply = (body: string, query = ''): ReturnType<Depot['send']> =>
    depot.send('PATCH', `a?fieldManager=me${query}`, {
      body,
      headers: { 'content-type': 'application/apply-patch+yaml' },
    })

  for (const body of ['', 'null', '{}', '{"apiVersion":"a/b/c","kind":"Crate"}'])
    it(`says that ${body || 'nothing'} names no kind`, async () => {
      const { code, message } = await apply(body)
      expect([code, message]).to.deep.equal([400, 'invalid object type: /, Kind='])
    })

  it('judges the kind before the uid of an object that is not there', async () => {
    const other = await apply('{"apiVersion":"x/v1","kind":"Crate","metadata":{"name":"a","uid":"u"}}')
    expect([other.code, other.message]).to.deep.equal([400, 'invalid object type: x/v1, Kind=Crate'])
  })

  const malformed: readonly [string, string][] = [
    ['5', 'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal number into Go value of type '],
    ['[]', 'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type '],
    ['a: [1', 'error converting YAML to JSON: yaml: line 1: '],
  ]
  for (const [body, text] of malformed)
    it(`refuses ${body}`, async () => {
      const { code, message } = await apply(body)
      expect(code).to.equal(400)
      expect(message.startsWith(`error decoding YAML: ${text}`), message).to.equal(true)
    })

  it('finds conflicts before it looks at the name', async () => {
    const headers = { 'content-type': 'application/apply-patch+yaml' }
    const named = (name: string, weight: number): string =>
      yaml(`  weight: ${String(weight)}\n`).replace('{name: a}', `{name: ${name}}`)
    await depot.send('PATCH', 'named?fieldManager=me', { body: named('named', 1), headers })
    const conflict = await depot.send('PATCH', 'named?fieldManager=other', { body: named('b', 2), headers })
    expect(conflict.code).to.equal(409)
    const other = await depot.send('PATCH', 'named?fieldManager=other', { body: named('b', 1), headers })
    expect([other.code, other.message]).to.deep.equal([
      400,
      'the name of the object (b) does not match the name on the URL (named)',
    ])
  })

  it('shows a strategic merge patch whose outcome is refused as Go prints it', async () => {
    await depot.send('POST', '', {
      body: { apiVersion: 'depot.example.com/v1', kind: 'Crate', metadata: { name: 's' } },
    })
    const { code, message } = await depot.send('PATCH', 's?fieldValidation=Strict', {
      body: { spec: { zz: [1, 'x'] } },
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
    })
    expect([code, message]).to.deep.equal([
      422,
      ' "" is invalid: patch: Invalid value: "map[spec:map[zz:[1 x]]]": strict decoding error: unknown field "spec.zz"',
    ])
  })

  it('complains of duplicate keys once the configuration has been merged', async () => {
    const twice = yaml('  weight: 1\n  weight: 2\n')
    const strict = await apply(twice, '&fieldValidation=Strict')
    expect([strict.code, strict.message]).to.deep.equal([
      400,
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key "weight" already set in map',
    ])
    const warned = await apply(twice)
    expect([warned.code, warned.warning]).to.deep.equal([201, '299 - "line 6: key \\"weight\\" already set in map"'])
    for (const validation of ['Strict', 'Warn']) {
      const conflict = await depot.send('PATCH', `a?fieldManager=other&fieldValidation=${validation}`, {
        body: yaml('  weight: 1\n  weight: 3\n'),
        headers: { 'content-type': 'application/apply-patch+yaml' },
      })
      expect([conflict.code, conflict.warning]).to.deep.equal([409, ''])
    }
  })
})
