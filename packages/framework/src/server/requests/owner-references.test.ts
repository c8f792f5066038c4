import { expect } from 'chai'
import type { AdmissionAttributes } from '../../auth/admission/attributes.ts'
import type { AdmissionPlugin } from '../../auth/admission/plugin.ts'
import { crate, Depot } from './fixture.test.ts'

const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u1' }

/** Gives an owner once more to what asks for it. */
class Doubling implements AdmissionPlugin {
  readonly name = 'Doubling'
  handles(): boolean {
    return true
  }
  admit({ object }: AdmissionAttributes): Promise<void> {
    if (object?.metadata.labels?.['double'] && object.metadata.ownerReferences)
      object.metadata.ownerReferences.push({ ...owner })
    return Promise.resolve()
  }
}

const early = '.metadata.ownerReferences contains duplicate entries; API server dedups'
const late = '.metadata.ownerReferences contains duplicate entries after mutating admission happens; API server dedups'

describe('requests: owners that stand twice', () => {
  const depot = new Depot({ admission: [new Doubling()] })
  before(() => depot.start())
  after(() => depot.stop())

  it('go before admission from what is created or put, and after it from what is patched', async () => {
    const created = await depot.send('POST', '', { body: crate('a', {}, { ownerReferences: [owner, owner] }) })
    expect([created.code, created.warning.slice(7, 7 + early.length)]).to.deep.equal([201, early])
    const put = await depot.send('PUT', 'a', {
      body: {
        ...created.object,
        metadata: { ...(created.object['metadata'] as object), ownerReferences: [owner, owner] },
      },
    })
    expect([put.code, put.warning.slice(7, 7 + early.length)]).to.deep.equal([200, early])
    const patched = await depot.send('PATCH', 'a', {
      body: { metadata: { ownerReferences: [owner, owner] } },
      headers: { 'content-type': 'application/merge-patch+json' },
    })
    expect([patched.code, patched.warning.slice(7, 7 + late.length)]).to.deep.equal([200, late])
    expect((patched.object['metadata'] as Record<string, unknown>)['ownerReferences']).to.deep.equal([owner])
  })

  it('go when a plugin has put them there', async () => {
    const body = crate('b', {}, { labels: { double: 'yes' }, ownerReferences: [owner] })
    const { code, warning, object } = await depot.send('POST', '', { body })
    expect([code, warning.slice(7, 7 + late.length)]).to.deep.equal([201, late])
    expect((object['metadata'] as Record<string, unknown>)['ownerReferences']).to.deep.equal([owner])
  })
})
