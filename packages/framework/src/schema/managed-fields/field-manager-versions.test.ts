import { expect } from 'chai'
import type { KubeObject } from '../../meta/object.ts'
import type { JsonObject } from '../../util/json.ts'
import { compileAtoms } from './atoms.ts'
import { FieldManager } from './field-manager.ts'
import { owners, sent, specOf } from './fixture.test.ts'

const text = { type: 'string' }
const struct = (properties: object): object => ({ properties: { spec: { type: 'object', properties } } })
const types = {
  'g/v1': compileAtoms(struct({ a: text, b: text, old: text }), true),
  'g/v2': compileAtoms(struct({ a: text, b: text, fresh: text }), true),
}
const isKnown = (version: string): version is keyof typeof types => version in types

/** v2 calls `fresh` what v1 calls `old`. As authors write them, conversions need a spec. */
function convert(object: KubeObject, apiVersion: string): KubeObject | undefined {
  if (!isKnown(apiVersion) || !isKnown(object.apiVersion)) return undefined
  if (object.apiVersion === apiVersion) return object
  const { old, fresh, ...same } = (object as unknown as { spec: Record<string, string> }).spec
  const value = old ?? fresh
  const name = apiVersion === 'g/v2' ? 'fresh' : 'old'
  return { ...object, apiVersion, spec: { ...same, ...(value === undefined ? {} : { [name]: value }) } } as KubeObject
}

const managerOf = (apiVersion: string): FieldManager =>
  new FieldManager({ apiVersion, kind: 'K', typeOf: (v) => (isKnown(v) ? types[v] : undefined), convert })

function apply(
  live: KubeObject | undefined,
  apiVersion: string,
  spec: JsonObject | undefined,
  name = 'one',
  force = false,
): KubeObject {
  const stored = live && { ...live, metadata: { ...live.metadata, uid: 'u' } }
  const configuration = sent(spec ?? {}, {}, apiVersion)
  if (!spec) Reflect.deleteProperty(configuration, 'spec')
  return managerOf(apiVersion).apply(stored && convert(stored, apiVersion), configuration, name, force)
}

describe('FieldManager over versions', () => {
  it('moves an applier to the version it applies in', () => {
    const applied = apply(apply(undefined, 'g/v1', { a: '1', old: 'x' }), 'g/v2', { a: '1', fresh: 'x' })
    expect(owners(applied)).to.deep.equal({ 'one Apply g/v2': ['.spec.a', '.spec.fresh'] })
  })

  it('removes what was applied in another version and is no more', () => {
    const before = apply(undefined, 'g/v1', { a: '1', b: '1', old: 'x' })
    expect(specOf(apply(before, 'g/v2', { a: '1' }))).to.deep.equal({ a: '1' })
    expect(specOf(apply(before, 'g/v2', { a: '1', fresh: 'x' }))).to.deep.equal({ a: '1', fresh: 'x' })
  })

  it('keeps what others own in another version', () => {
    const shared = apply(apply(undefined, 'g/v1', { a: '1', old: 'x' }), 'g/v2', { fresh: 'x' }, 'two')
    const applied = apply(shared, 'g/v1', { a: '1' })
    expect(specOf(applied)).to.deep.equal({ a: '1', old: 'x' })
    expect(owners(applied)).to.deep.equal({ 'one Apply': ['.spec.a'], 'two Apply g/v2': ['.spec.fresh'] })
  })

  it('finds conflicts in the version of the owner', () => {
    const before = apply(undefined, 'g/v1', { old: 'x' })
    expect(() => apply(before, 'g/v2', { fresh: 'y' }, 'two')).to.throw(
      'Apply failed with 1 conflict: conflict with "one": .spec.old',
    )
    const forced = apply(before, 'g/v2', { fresh: 'y' }, 'two', true)
    expect(owners(forced)).to.deep.equal({ 'two Apply g/v2': ['.spec.fresh'] })
    expect(specOf(forced)).to.deep.equal({ fresh: 'y' })
  })

  it('gives up everything, though conversions cannot do without a spec', () => {
    const before = apply(apply(undefined, 'g/v1', { old: 'x' }), 'g/v2', { a: '1' }, 'two')
    const applied = apply(before, 'g/v1', undefined)
    expect(specOf(applied)).to.deep.equal({ a: '1' })
    expect(owners(applied)).to.deep.equal({ 'two Apply g/v2': ['.spec.a'] })
  })

  it('forgets what was applied in a version that is no more', () => {
    const before = apply(undefined, 'g/v1', { a: '1' })
    for (const entry of before.metadata.managedFields ?? []) entry.apiVersion = 'g/v0'
    const applied = apply(before, 'g/v1', { b: '1' })
    expect(specOf(applied)).to.deep.equal({ a: '1', b: '1' })
    expect(owners(applied)).to.deep.equal({ 'one Apply': ['.spec.b'] })
  })
})
