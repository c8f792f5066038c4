import { expect } from 'chai'
import type { KubeObject } from '../../meta/object.ts'
import type { JsonObject } from '../../util/json.ts'
import { live, manager, owners, sent, specOf } from './fixture.test.ts'

const annotation = 'kubectl.kubernetes.io/last-applied-configuration'
const fields = manager()
const applied = (spec: JsonObject, apiVersion = 'g/v1'): string =>
  JSON.stringify({ apiVersion, kind: 'K', metadata: { name: 'o' }, spec })

/** An object that client-side apply made. */
function clientSide(spec: JsonObject, lastApplied: string): KubeObject {
  const annotations = { [annotation]: lastApplied, note: 'x' }
  return { ...fields.update(undefined, live(spec, { annotations }), 'kubectl-client-side-apply') }
}

describe('FieldManager.apply by kubectl', () => {
  it('takes over without force what client-side apply set', () => {
    const before = clientSide({ a: '1', b: '1' }, applied({ a: '1' }))
    const after = fields.apply(before, sent({ a: '2' }), 'kubectl', false)
    expect(specOf(after)).to.deep.equal({ a: '2', b: '1' })
    expect(owners(after)['kubectl Apply']).to.deep.equal(['.spec.a'])
    expect(() => fields.apply(before, sent({ a: '2' }), 'other', false)).to.throw('conflict')
  })

  it('reports only what client-side apply did not set, or others changed since', () => {
    const before = clientSide({ a: '1', b: '1', size: 1 }, applied({ a: '1', b: '0' }))
    expect(() => fields.apply(before, sent({ a: '2', b: '2', size: 2 }), 'kubectl', false)).to.throw(
      /^Apply failed with 2 conflicts: conflicts with "kubectl-client-side-apply" using g\/v1:\n- .spec.b\n- .spec.size$/,
    )
  })

  for (const [what, lastApplied] of [
    ['of another version', applied({ a: '1' }, 'g/v2')],
    ['that is not JSON', '{'],
    ['that is not of the type', applied({ a: 1 })],
    ['that is empty', ''],
  ] as const)
    it(`believes no annotation ${what}`, () => {
      expect(() => fields.apply(clientSide({ a: '1' }, lastApplied), sent({ a: '2' }), 'kubectl', false)).to.throw(
        'conflict',
      )
    })

  it('writes the configuration to the annotation, for client-side apply to go on', () => {
    const before = clientSide({ a: '1' }, applied({ a: '1' }))
    const configuration = sent({ b: '<b>', a: '1' }, { annotations: { [annotation]: 'old', note: 'x' } })
    const after = fields.apply(before, configuration, 'kubectl', true)
    expect(after.metadata.annotations?.[annotation]).to.equal(
      String.raw`{"apiVersion":"g/v1","kind":"K","metadata":{"annotations":{"note":"x"},"name":"o"},"spec":{"a":"1","b":"\u003cb\u003e"}}` +
        '\n',
    )
    expect(fields.apply(before, sent({ a: '1' }), 'other', true).metadata.annotations?.[annotation]).to.equal(
      applied({ a: '1' }),
    )
  })

  it('answers the live object when the annotation says so already', () => {
    const once = fields.apply(clientSide({ a: '1' }, applied({ a: '1' })), sent({ a: '1' }), 'kubectl', true)
    expect(fields.apply(once, sent({ a: '1' }), 'kubectl', false)).to.equal(once)
    const without = fields.apply(live({ a: '1' }), sent({ a: '1' }), 'kubectl', false)
    expect(without.metadata).not.to.have.property('annotations')
  })

  it('drops an annotation that would be too large', () => {
    const before = clientSide({ a: '1' }, applied({ a: '1' }))
    const after = fields.apply(before, sent({ a: 'x'.repeat(300_000) }), 'kubectl', true)
    expect(after.metadata.annotations).to.deep.equal({ note: 'x' })
  })
})
