import { expect } from 'chai'
import type { ManagedFieldsEntry } from '../../meta/object.ts'
import { FieldSet } from './field-set.ts'
import { shown } from './fixture.test.ts'
import { capUpdateManagers, decodeManagers, encodeManagers, identityOf, withSet, type Managers } from './managers.ts'

const entry = (more: object): ManagedFieldsEntry => ({
  manager: 'm',
  operation: 'Update',
  apiVersion: 'g/v1',
  time: '2020-01-01T00:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:a': {} },
  ...more,
})

describe('decodeManagers', () => {
  const malformed: readonly (readonly [string, object])[] = [
    ['operation must be `Apply` or `Update`', { operation: 'Delete' }],
    ['apiVersion must not be empty', { apiVersion: '' }],
    ['missing fieldsType in managed fields entry 1', { fieldsType: undefined }],
    ['invalid fieldsType "FieldsV2" in managed fields entry 1', { fieldsType: 'FieldsV2' }],
    [
      'error decoding versioned set from {"manager":"m","operation":"Update","apiVersion":"g/v1"}: missing colon: xx',
      { fieldsV1: { xx: {} } },
    ],
  ]
  for (const [message, more] of malformed)
    it(`says: ${message}`, () => {
      expect(() => decodeManagers([entry({}), entry(more)])).to.throw(message)
    })

  it('takes nothing for nobody', () => {
    for (const none of [undefined, null, []]) expect(decodeManagers(none).size).to.equal(0)
    expect(encodeManagers(new Map())).to.equal(undefined)
  })

  it('tells appliers by name and subresource, writers by version too', () => {
    const identities = (more: object): string[] => [...decodeManagers([entry({}), entry(more)]).keys()]
    expect(identities({ apiVersion: 'g/v2' })).to.have.length(2)
    expect(identities({ subresource: 'status' })).to.have.length(2)
    expect(identities({ time: undefined })).to.have.length(1)
    const applier = { operation: 'Apply' } as const
    expect([...decodeManagers([entry(applier), entry({ ...applier, apiVersion: 'g/v2' })]).keys()]).to.deep.equal([
      '{"manager":"m","operation":"Apply"}',
    ])
    expect(identityOf({ manager: '<', operation: 'Apply', apiVersion: 'v1', subresource: 's' })).to.equal(
      String.raw`{"manager":"\u003c","operation":"Apply","subresource":"s"}`,
    )
  })
})

describe('encodeManagers', () => {
  it('sorts by operation, time, name, version and subresource', () => {
    const sorted = [
      entry({ operation: 'Apply', manager: 'z', time: undefined }),
      entry({ operation: 'Apply', manager: 'b' }),
      entry({ manager: 'z', time: '2019-01-01T00:00:00Z' }),
      entry({ manager: 'a' }),
      entry({ manager: 'a', subresource: 'status' }),
      entry({ manager: 'a', apiVersion: 'g/v2' }),
    ].map(({ time, ...rest }) => (time === undefined ? rest : { ...rest, time }))
    expect(encodeManagers(decodeManagers([...sorted].reverse()))).to.deep.equal(sorted)
  })

  it('writes times in UTC and whole seconds, and none that it cannot read', () => {
    const timeOf = (time: string): string | undefined => encodeManagers(decodeManagers([entry({ time })]))?.[0]?.time
    expect(timeOf('2020-01-01T02:00:00.5+02:00')).to.equal('2020-01-01T00:00:00Z')
    expect(timeOf('yesterday')).to.equal(undefined)
  })

  it('writes the set that a manager has by now', () => {
    const managers = decodeManagers([entry({})])
    for (const [identity, manager] of managers) managers.set(identity, withSet(manager, FieldSet.of(['f:b'])))
    expect(encodeManagers(managers)?.[0]?.fieldsV1).to.deep.equal({ 'f:b': {} })
  })
})

describe('capUpdateManagers', () => {
  const updaters = (count: number, more: (i: number) => object = () => ({})): Managers =>
    decodeManagers(
      Array.from({ length: count }, (_, i) =>
        entry({
          manager: `m${String(i).padStart(2, '0')}`,
          time: `2020-01-01T00:00:${String(i).padStart(2, '0')}Z`,
          fieldsV1: { [`f:${String(i)}`]: {} },
          ...more(i),
        }),
      ),
    )
  const capped = (managers: Managers): (string | undefined)[][] => {
    capUpdateManagers(managers)
    return [...managers.values()].map(({ manager, time, set }) => [manager, time, shown(set).join()])
  }

  it('leaves ten', () => {
    expect(capped(updaters(10))).to.have.length(10)
  })

  it('makes the two oldest of eleven one, as old as the younger', () => {
    const all = capped(updaters(11))
    expect(all).to.have.length(10)
    expect(all).to.deep.include(['ancient-changes', '2020-01-01T00:00:01Z', '.0,.1'])
    expect(all.map(([name]) => name))
      .not.to.include('m00')
      .and.not.to.include('m01')
  })

  it('goes on with the bucket that is there', () => {
    const managers = updaters(11)
    capUpdateManagers(managers)
    for (const [identity, manager] of updaters(12)) if (manager.manager === 'm11') managers.set(identity, manager)
    expect(capped(managers)).to.deep.include(['ancient-changes', '2020-01-01T00:00:02Z', '.0,.1,.2'])
  })

  it('keeps versions apart and does not count appliers', () => {
    expect(capped(updaters(20, () => ({ operation: 'Apply' })))).to.have.length(20)
    const managers = updaters(12, (i) => ({ apiVersion: i % 2 ? 'g/v1' : 'g/v2' }))
    expect(capped(managers)).to.have.length(10)
    const buckets = [...managers.values()].filter(({ manager }) => manager === 'ancient-changes')
    expect(buckets.map(({ apiVersion, set }) => [apiVersion, shown(set).join()])).to.deep.equal([
      ['g/v2', '.0,.2'],
      ['g/v1', '.1,.3'],
    ])
  })

  it('loses no field, even of a bucket that is not the oldest', () => {
    const managers = updaters(13, (i) => (i === 2 ? { manager: 'ancient-changes' } : {}))
    capUpdateManagers(managers)
    const all = [...managers.values()].flatMap(({ set }) => shown(set))
    expect(all.sort()).to.deep.equal(Array.from({ length: 13 }, (_, i) => `.${String(i)}`).sort())
    expect(managers.size).to.equal(10)
  })
})
