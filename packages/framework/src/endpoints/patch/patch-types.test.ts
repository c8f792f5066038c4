import { expect } from 'chai'
import { StatusError } from '../../meta/status.ts'
import { applyPatchMediaType, patchTypeOf, patchTypes } from './patch-types.ts'

describe('patchTypeOf', () => {
  const document = { spec: { list: ['a'], x: 1 } }
  const schema = {
    type: 'object',
    properties: { spec: { properties: { list: { 'x-kubernetes-patch-strategy': 'merge' } } } },
  }

  it('parses once and applies as often as needed', () => {
    const bodies: Record<string, string> = {
      'application/json-patch+json': '[{"op":"add","path":"/spec/list/-","value":"b"}]',
      'application/merge-patch+json': '{"spec":{"list":["b"]}}',
      'application/strategic-merge-patch+json': '{"spec":{"list":["b"]}}',
    }
    const lists = patchTypes.map(({ mediaType }) => {
      const parsed = patchTypeOf(mediaType).parse(bodies[mediaType] ?? '')
      const first = parsed.apply(document, schema)
      expect(parsed.apply(document, schema)).to.deep.equal(first)
      return (first as typeof document).spec.list
    })
    expect(lists).to.deep.equal([['a', 'b'], ['b'], ['b', 'a']])
    expect(document).to.deep.equal({ spec: { list: ['a'], x: 1 } })
  })

  it('keeps what is wrong with a document until it is applied', () => {
    for (const { parse } of patchTypes) {
      const parsed = parse('{"a":')
      expect(parsed.complaints).to.deep.equal([])
      expect(() => parsed.apply(document, schema)).to.throw(StatusError, 'unexpected end of JSON input')
    }
  })

  it('does not know apply configurations', () => {
    expect(() => patchTypeOf(applyPatchMediaType)).to.throw(TypeError)
  })
})
