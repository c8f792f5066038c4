import { expect } from 'chai'
import { domainProblem, groupProblem, kebabCase, kindProblem, pluralOf, versionProblem } from './names.ts'

describe('names', () => {
  it('makes the plural that Kubernetes would guess', () => {
    expect(['Widget', 'Policy', 'Proxy', 'Class', 'Gateway', 'Batch'].map(pluralOf)).to.deep.equal([
      'widgets',
      'policies',
      'proxies',
      'classes',
      'gateways',
      'batches',
    ])
  })
  it('writes kinds in kebab case', () => {
    expect(['Widget', 'BigWidget', 'HTTPRoute', 'Ipv4Pool'].map(kebabCase)).to.deep.equal([
      'widget',
      'big-widget',
      'http-route',
      'ipv4-pool',
    ])
  })
  it('takes what Kubernetes takes', () => {
    expect(domainProblem('example.com')).to.equal(undefined)
    expect(groupProblem('shop')).to.equal(undefined)
    expect(versionProblem('v1beta2')).to.equal(undefined)
    expect(kindProblem('HTTPRoute')).to.equal(undefined)
  })
  it('refuses the rest, with an example', () => {
    for (const domain of ['', 'com', 'Example.com', '-a.com', 'a..com'])
      expect(domainProblem(domain)).to.include('example.com')
    for (const group of ['', 'a.b', 'A', '../x']) expect(groupProblem(group)).to.include('shop')
    for (const version of ['1', 'v0', 'v1gamma', 'v1alpha']) expect(versionProblem(version)).to.include('v1alpha1')
    for (const kind of ['', 'widget', 'My-Kind', '../Kind']) expect(kindProblem(kind)).to.include('Widget')
  })
})
