import { expect } from 'chai'
import type { AuditedRequest } from './policy.ts'
import { readAuditPolicy } from './policy-file.ts'

const request = (given: Partial<AuditedRequest> = {}): AuditedRequest => ({
  user: { name: 'jane', uid: '', groups: ['devs'], extra: {} },
  verb: 'get',
  isResourceRequest: true,
  path: '',
  group: 'g.io',
  version: 'v1',
  resource: 'things',
  subresource: '',
  namespace: 'ns',
  name: 'x',
  fieldSelector: '',
  labelSelector: '',
  ...given,
})
const policy = (rules: string, warnings: string[] = []) =>
  readAuditPolicy(`apiVersion: audit.k8s.io/v1\nkind: Policy\n${rules}`, (text) => warnings.push(text))
const level = (rules: string, given?: Partial<AuditedRequest>): string => policy(rules).decide(request(given)).level

describe('AuditPolicy.decide', () => {
  it('takes the first rule that matches, and None where none does', () => {
    const rules =
      'rules: [{level: Metadata, users: [bob]}, {level: Request, verbs: [get]}, {level: RequestResponse, verbs: [get]}]'
    expect(level(rules)).to.equal('Request')
    expect(level(rules, { verb: 'list' })).to.equal('None')
  })
  for (const [rule, given, matches] of [
    ['users: [jane]', {}, true],
    ['users: [jane]', { user: undefined }, false],
    ['userGroups: [ops, devs]', {}, true],
    ['userGroups: [ops]', {}, false],
    ['namespaces: [ns]', {}, true],
    ['namespaces: [""]', {}, false],
    ['namespaces: [""]', { namespace: '' }, true],
    ['namespaces: [ns]', { isResourceRequest: false }, false],
    ['resources: [{group: g.io}]', { subresource: 'status' }, true],
    ['resources: [{group: ""}]', {}, false],
    ['resources: [{group: g.io, resources: [things]}]', {}, true],
    ['resources: [{group: g.io, resources: [things]}]', { subresource: 'status' }, false],
    ['resources: [{group: g.io, resources: [things/status]}]', { subresource: 'status' }, true],
    ['resources: [{group: g.io, resources: ["*/status"]}]', { subresource: 'status' }, true],
    ['resources: [{group: g.io, resources: ["*/status"]}]', {}, false],
    ['resources: [{group: g.io, resources: ["things/*"]}]', { subresource: 'scale' }, true],
    ['resources: [{group: g.io, resources: ["*"]}]', { subresource: 'scale' }, true],
    ['resources: [{group: g.io, resources: [things], resourceNames: [other]}]', {}, false],
    ['nonResourceURLs: [/metrics]', { isResourceRequest: false, path: '/metrics' }, true],
    ['nonResourceURLs: ["/healthz*"]', { isResourceRequest: false, path: '/healthz/ping' }, true],
    ['nonResourceURLs: ["*"]', { isResourceRequest: false, path: '/x' }, true],
    ['nonResourceURLs: ["*"]', {}, false],
  ] as const)
    it(`${matches ? 'matches' : 'does not match'} ${rule} with ${JSON.stringify(given)}`, () => {
      expect(level(`rules: [{level: Metadata, ${rule}}]`, given)).to.equal(matches ? 'Metadata' : 'None')
    })
  it('joins the stages that are left out, and lets rules overrule omitManagedFields', () => {
    const { omitStages, omitManagedFields } = policy(
      'omitStages: [RequestReceived]\nomitManagedFields: true\nrules: [{level: Metadata, omitStages: [Panic], omitManagedFields: false}]',
    ).decide(request())
    expect([...omitStages]).to.deep.equal(['RequestReceived', 'Panic'])
    expect(omitManagedFields).to.equal(false)
  })
})

describe('readAuditPolicy', () => {
  for (const [text, why] of [
    ['rules: []', 'no rules'],
    ['', 'no rules'],
    ['rules: [{level: Everything}]', 'rules[0].level'],
    ['rules: [{}]', 'rules[0].level'],
    ['rules: [{level: None, omitStages: [Never]}]', 'omitStages'],
    ['rules: [{level: None, users: [1]}]', 'rules[0].users'],
    ['rules: [{level: None, nonResourceURLs: [/a], namespaces: [b]}]', 'both'],
    ['rules: [{level: None, nonResourceURLs: [a]}]', 'slash'],
    ['rules: [{level: None, nonResourceURLs: ["/a*b"]}]', 'end'],
    ['rules: [{level: None, resources: [{group: a, resourceNames: [b]}]}]', 'resourceNames'],
  ] as const)
    it(`refuses ${text || 'an empty policy'}`, () => {
      expect(() => policy(text)).to.throw(TypeError, why)
    })
  it('refuses what is no policy', () => {
    expect(() => readAuditPolicy('kind: Pod', () => undefined)).to.throw(TypeError, 'audit.k8s.io/v1')
  })
  it('tells of members that nobody knows, and goes on', () => {
    const warnings: string[] = []
    policy('rules: [{level: Metadata, user: [x], resources: [{group: g, names: [y]}]}]\nrulez: 1', warnings)
    expect(warnings).to.deep.equal([
      'unknown field "rulez"',
      'unknown field "rules[0].user"',
      'unknown field "rules[0].resources[0].names"',
    ])
  })
})
