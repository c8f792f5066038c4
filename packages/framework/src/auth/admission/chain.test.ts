import { expect } from 'chai'
import type { AdmissionAttributes } from './attributes.ts'
import { AdmissionChain } from './chain.ts'
import { attributesOf, recordedContext } from './fixture.test.ts'
import type { AdmissionPlugin } from './plugin.ts'
import type { Reinvocation } from './reinvocation.ts'

class Stub implements AdmissionPlugin {
  readonly name: string
  readonly calls: string[]
  idle = false
  act: (attributes: AdmissionAttributes, reinvocation: Reinvocation) => void = () => undefined

  constructor(name: string, calls: string[]) {
    this.name = name
    this.calls = calls
  }
  handles(): boolean {
    return true
  }
  admit(attributes: AdmissionAttributes, _ctx: unknown, reinvocation: Reinvocation): Promise<void> {
    this.calls.push(this.name)
    this.act(attributes, reinvocation)
    return Promise.resolve()
  }
}

describe('AdmissionChain.admit', () => {
  const calls: string[] = []
  const [a, b] = [new Stub('a', calls), new Stub('b', calls)]
  const chain = new AdmissionChain([a, b])
  beforeEach(() => {
    calls.length = 0
    a.idle = b.idle = false
    a.act = b.act = () => undefined
  })

  it('asks the plugins in their order, once', async () => {
    await chain.admit(attributesOf(), recordedContext())
    expect(calls).to.deep.equal(['a', 'b'])
  })

  it('runs one more round, and no third, when somebody asks for it', async () => {
    const rounds: boolean[] = []
    b.act = (_, reinvocation) => {
      rounds.push(reinvocation.again)
      reinvocation.request()
    }
    await chain.admit(attributesOf(), recordedContext())
    expect(calls).to.deep.equal(['a', 'b', 'a', 'b'])
    expect(rounds).to.deep.equal([false, true])
  })

  it('leaves out whoever has nothing to say', async () => {
    a.idle = true
    expect(chain.mutates('UPDATE')).to.equal(true)
    await chain.admit(attributesOf(), recordedContext())
    expect(calls).to.deep.equal(['b'])
    b.idle = true
    expect(chain.mutates('UPDATE')).to.equal(false)
  })

  it('restores managers that are no more readable, and says so', async () => {
    const before = [{ manager: 'm', operation: 'Update', apiVersion: 'g.io/v1', fieldsType: 'FieldsV1', fieldsV1: {} }]
    const object = { apiVersion: 'g.io/v1', kind: 'Thing', metadata: { name: 'x', managedFields: before } }
    a.act = ({ object: seen }) => {
      if (seen) seen.metadata.managedFields = [{ manager: 'm', operation: 'Nonsense' }]
    }
    const ctx = recordedContext()
    await chain.admit(attributesOf({ object }), ctx)
    expect(object.metadata.managedFields).to.equal(before)
    expect(ctx.texts).to.deep.equal([
      '.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: operation must be `Apply` or `Update`',
    ])
  })
})
