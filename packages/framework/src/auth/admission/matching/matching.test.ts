import { expect } from 'chai'
import { StatusError } from '../../../meta/status.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import type { RuleWithOperations } from '../configuration/registration.ts'
import { attributesOf } from '../fixture.test.ts'
import type { AdmissionObjects } from '../objects.ts'
import { matchedResource } from './rules.ts'
import { Selectors, type SelectorObjects } from './selectors.ts'

const rule = (given: Partial<RuleWithOperations> = {}): RuleWithOperations => ({
  operations: ['CREATE'],
  apiGroups: ['g.io'],
  apiVersions: ['v1'],
  resources: ['things'],
  scope: '*',
  ...given,
})
const matches = (given: Partial<RuleWithOperations>, attributes: Partial<AdmissionAttributes> = {}): boolean =>
  matchedResource([rule(given)], 'Exact', attributesOf(attributes)) !== undefined

describe('matchedResource', () => {
  it('compares operation, group, version and resource, each with *', () => {
    expect(matches({})).to.equal(true)
    expect(matches({ operations: ['UPDATE', 'DELETE'] })).to.equal(false)
    expect(matches({ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] })).to.equal(true)
    expect(matches({ apiGroups: [''] })).to.equal(false)
    expect(matches({ apiVersions: ['v2'] })).to.equal(false)
    expect(matches({ resources: ['others'] })).to.equal(false)
  })
  it('knows subresources', () => {
    const scale = { subresource: 'scale' }
    expect(matches({}, scale)).to.equal(false)
    expect(matches({ resources: ['*'] }, scale)).to.equal(false)
    for (const pattern of ['things/scale', 'things/*', '*/scale', '*/*'])
      expect(matches({ resources: [pattern] }, scale), pattern).to.equal(true)
    expect(matches({ resources: ['things/*'] })).to.equal(true)
    expect(matches({ resources: ['things/status'] }, scale)).to.equal(false)
  })
  it('knows scopes', () => {
    expect(matches({ scope: 'Namespaced' })).to.equal(true)
    expect(matches({ scope: 'Cluster' })).to.equal(false)
    expect(matches({ scope: 'Cluster' }, { namespace: '' })).to.equal(true)
    expect(matches({ scope: 'Namespaced' }, { namespace: '' })).to.equal(false)
    const namespaces = { resource: { group: '', version: 'v1', resource: 'namespaces' } }
    const core = { apiGroups: [''], resources: ['namespaces'] }
    expect(matches({ ...core, scope: 'Namespaced' }, namespaces)).to.equal(false)
    expect(matches({ ...core, scope: 'Cluster' }, namespaces)).to.equal(true)
  })
  it('knows names', () => {
    expect(matches({ resourceNames: ['y', 'x'] })).to.equal(true)
    expect(matches({ resourceNames: ['y'] })).to.equal(false)
  })
  it('finds another version of the same objects, with Equivalent', () => {
    const of = (version: string) => ({
      resource: { group: 'g.io', version, resource: 'things' },
      kind: { group: 'g.io', version, kind: 'Thing' },
    })
    const objects = { equivalents: [of('v1'), of('v2')] } as unknown as AdmissionObjects
    const attributes = attributesOf({ objects })
    const other = [rule({ apiVersions: ['v2'] })]
    expect(matchedResource(other, 'Exact', attributes)).to.equal(undefined)
    expect(matchedResource(other, 'Equivalent', attributes)?.kind.version).to.equal('v2')
    expect(matchedResource([...other, rule()], 'Equivalent', attributes)?.kind.version).to.equal('v1')
  })
})

describe('Selectors.match', () => {
  const { signal } = new AbortController()
  const namespaces = {
    asked: 0,
    find(name: string) {
      this.asked++
      const labels = { env: 'prod' }
      return Promise.resolve(name === 'ns' ? { apiVersion: 'v1', kind: 'Namespace', metadata: { labels } } : undefined)
    },
  }
  const match = (selectors: SelectorObjects, given: Partial<AdmissionAttributes> = {}): Promise<boolean> =>
    new Selectors(selectors, namespaces).match(attributesOf(given), signal)
  const labelled = (labels: Record<string, string>) => ({ apiVersion: 'g.io/v1', kind: 'Thing', metadata: { labels } })
  const a = { objectSelector: { matchLabels: { a: '1' } } }

  it('asks for no namespace where nothing depends on it', async () => {
    namespaces.asked = 0
    expect(await match({ namespaceSelector: {}, objectSelector: {} })).to.equal(true)
    expect(await match({ namespaceSelector: { matchLabels: { env: 'x' } }, ...a })).to.equal(false)
    expect(namespaces.asked).to.equal(0)
  })
  it('selects by the labels of the namespace', async () => {
    expect(await match({ namespaceSelector: { matchLabels: { env: 'prod' } } })).to.equal(true)
    expect(await match({ namespaceSelector: { matchLabels: { env: 'dev' } } })).to.equal(false)
    expect(await match({ namespaceSelector: { matchLabels: { env: 'dev' } } }, { namespace: '' })).to.equal(true)
  })
  it('selects by the labels that the object has, or had', async () => {
    expect(await match(a, { object: labelled({ a: '1' }) })).to.equal(true)
    expect(await match(a, { object: labelled({}), oldObject: labelled({ a: '1' }) })).to.equal(true)
    expect(await match(a, { object: undefined, oldObject: labelled({ a: '2' }) })).to.equal(false)
  })
  it('fails for a namespace that is not there, and for selectors that cannot be read', async () => {
    const failure = async (selectors: SelectorObjects, given = {}): Promise<number | undefined> => {
      try {
        await match(selectors, given)
        return undefined
      } catch (error) {
        return error instanceof StatusError ? error.code : -1
      }
    }
    expect(await failure({ namespaceSelector: { matchLabels: { a: 'b' } } }, { namespace: 'nope' })).to.equal(404)
    const broken = { matchExpressions: [{ key: 'a', operator: 'Near' }] }
    expect(await failure({ namespaceSelector: broken })).to.equal(500)
    expect(await failure({ objectSelector: broken })).to.equal(500)
  })
})
