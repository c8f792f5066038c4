import { expect } from 'chai'
import type { MutatingPolicySpec, Mutation } from '../configuration/registration.ts'
import { boundTo, policy, PolicyLab } from './lab.test.ts'

const apply = (expression: string): Mutation => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
})
const patch = (expression: string): Mutation => ({ patchType: 'JSONPatch', jsonPatch: { expression } })

describe('MutatingPolicies.admit', () => {
  const lab = new PolicyLab()
  beforeEach(() => {
    lab.reset()
  })
  const failure = async (...mutations: Mutation[]): Promise<string> => {
    lab.mutate({ mutations })
    return (await lab.run({ spec: { size: 1, plain: ['a'] } })).error?.message ?? ''
  }
  const denied = "policy 'p' with binding 'b' denied request: "

  it('merges apply configurations', async () => {
    lab.mutate({
      mutations: [
        apply('Object{spec: Object.spec{size: object.spec.size + 1, tags: ["new"]}}'),
        apply('Object{metadata: Object.metadata{labels: {"size": string(object.spec.size)}}}'),
      ],
    })
    const { object, error } = await lab.run({ spec: { size: 1, tags: ['old'], plain: ['a'] } })
    expect(error).to.equal(undefined)
    expect(object.spec).to.deep.equal({ size: 2, tags: ['old', 'new'], plain: ['a'] })
    expect(object.metadata.labels).to.deep.equal({ size: '2' })
  })

  it('applies JSON patches', async () => {
    const steps = `[
      JSONPatch{op: "test", path: "/spec/size", value: 1},
      JSONPatch{op: "add", path: "/metadata/labels", value: {"a/b": "c"}},
      JSONPatch{op: "replace", path: "/spec/size", value: size(object.spec.tags)},
      JSONPatch{op: "copy", from: "/spec/size", path: "/spec/copied"},
      JSONPatch{op: "remove", path: "/spec/tags"}
    ]`
    lab.mutate({
      mutations: [
        patch(steps),
        patch('[JSONPatch{op: "replace", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b"), value: "d"}]'),
      ],
    })
    const { object } = await lab.run({ spec: { size: 1, tags: ['x', 'y'] } })
    expect(object.spec).to.deep.equal({ size: 2, copied: 2 })
    expect(object.metadata.labels).to.deep.equal({ 'a/b': 'd' })
    const { object: other } = await lab.run({ spec: { size: 7, tags: [] } })
    expect(other.metadata.labels, 'a test that fails says that there is nothing to do').to.equal(undefined)
  })

  it('refuses what cannot be merged', async () => {
    expect(await failure(apply('Object{spec: Object.spec{plain: ["b"]}}'))).to.equal(
      `${denied}error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.plain`,
    )
    expect(await failure(apply('Object{spec: Object.spec{nope: 1}}'))).to.equal(
      `${denied}error applying patch: failed to convert patch object to typed object: .spec.nope: field not declared in schema`,
    )
    expect(await failure(apply('Object{spec: Object.other{size: 1}}'))).to.equal(
      `${denied}type mismatch: unexpected type name "Object.other", expected "Object.spec", which matches field name path from root Object type`,
    )
    expect(await failure(apply('"text"'))).to.equal(`${denied}must evaluate to Object but got string`)
    expect(await failure(patch('[JSONPatch{op: "remove", path: "/nope"}]'))).to.match(/denied request: JSON Patch: /)
    expect(await failure(patch('[JSONPatch{op: "add", path: "/spec/unknown", value: 1}]'))).to.equal(
      'Internal error occurred: unknown field "unknown"',
    )
  })

  it('answers as Kubernetes does, or goes on where failures are ignored', async () => {
    const mutations = [apply('Object{spec: Object.spec{size: object.nope}}')]
    lab.mutate({ mutations })
    const message = `${denied}expression 'Object{spec: Object.spec{size: object.nope}}' resulted in error: no such key: nope`
    const { error } = await lab.run()
    expect(error?.status).to.deep.include({
      code: 403,
      reason: 'Invalid',
      message,
      details: { name: 'x', group: 'g.io', kind: 'things', causes: [{ message }] },
    })
    lab.mutate({ mutations, failurePolicy: 'Ignore' })
    expect((await lab.run()).error).to.equal(undefined)
  })

  it('runs again, once, those that want to see later changes', async () => {
    const tag = (name: string): Mutation[] => [
      patch(`[JSONPatch{op: "add", path: "/spec/tags", value: object.spec.tags + ["${name}"]}]`),
    ]
    lab.mutating.policies.set(
      policy<MutatingPolicySpec>('a', { mutations: tag('a'), reinvocationPolicy: 'IfNeeded' }),
      policy<MutatingPolicySpec>('b', { mutations: tag('b'), reinvocationPolicy: 'Never' }),
    )
    lab.mutating.bindings.set(boundTo('a', 'ab'), boundTo('b', 'bb'))
    expect((await lab.run({ spec: { tags: [] } })).object.spec).to.deep.equal({ tags: ['a', 'b', 'a'] })
  })

  it('is about what its conditions say, and has parameters', async () => {
    const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' }
    const mutations = [apply('Object{spec: Object.spec{size: int(params.data.size)}}')]
    const matchConditions = [{ name: 'c', expression: '!has(object.spec.size)' }]
    lab.params.set('ns/p1', { ...{ data: { size: '9' } }, ...paramKind, metadata: { name: 'p1', namespace: 'ns' } })
    lab.mutate({ paramKind, mutations, matchConditions }, { paramRef: { name: 'p1' } })
    expect((await lab.run({ spec: {} })).object.spec).to.deep.equal({ size: 9 })
    expect((await lab.run({ spec: { size: 1 } })).object.spec).to.deep.equal({ size: 1 })
    const { error } = await lab.run()
    expect(error?.message).to.equal(`${denied}expression '!has(object.spec.size)' resulted in error: no such key: spec`)
  })

  it('changes nothing of what is deleted', async () => {
    lab.mutate({ mutations: [apply('Object{spec: Object.spec{size: 1}}')] })
    const oldObject = { apiVersion: 'g.io/v1', kind: 'Thing', metadata: { name: 'x' } }
    const { error, object } = await lab.run({ operation: 'DELETE', object: undefined, oldObject })
    expect(error).to.equal(undefined)
    expect(object).to.not.have.property('spec')
  })
})
