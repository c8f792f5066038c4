import { Type } from '@sinclair/typebox'
import { applyJsonPatch } from '../../endpoints/patch/json-patch.ts'
import { cloneObject, type KubeObject } from '../../meta/object.ts'
import type { RequestContext } from '../../request/context.ts'
import { systemContext } from '../../request/system-context.ts'
import { compileAtoms } from '../../schema/managed-fields/atoms.ts'
import type { AdmissionAttributes } from './attributes.ts'
import type { KnownConfigurations } from './configuration/configurations.ts'
import type { AdmissionObjects } from './objects.ts'

/** A create of a Thing, as a plugin gets to see it. */
export const attributesOf = (given: Partial<AdmissionAttributes> = {}): AdmissionAttributes => ({
  operation: 'CREATE',
  object: { apiVersion: 'g.io/v1', kind: 'Thing', metadata: { name: 'x', namespace: 'ns' } },
  oldObject: undefined,
  kind: { group: 'g.io', version: 'v1', kind: 'Thing' },
  resource: { group: 'g.io', version: 'v1', resource: 'things' },
  subresource: '',
  namespace: 'ns',
  name: 'x',
  dryRun: false,
  user: { name: 'jane', uid: '', groups: ['dev'], extra: {} },
  options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
  ...given,
})

export interface RecordedContext extends RequestContext {
  readonly texts: string[]
  readonly annotations: Map<string, string>
}

/** A context that remembers what was said. */
export function recordedContext(signal: AbortSignal = new AbortController().signal): RecordedContext {
  const texts: string[] = []
  const annotations = new Map<string, string>()
  return {
    ...systemContext({ namespace: 'ns', signal }),
    warnings: { add: (text) => void texts.push(text), headers: () => texts },
    annotate: (key, value) => void annotations.set(key, value),
    texts,
    annotations,
  }
}

/** The objects of a kind in versions that differ in nothing but their names. */
export const objectsOf = (...versions: string[]): AdmissionObjects => ({
  equivalents: versions.map((version) => ({
    resource: { group: 'g.io', version, resource: 'things' },
    kind: { group: 'g.io', version, kind: 'Thing' },
  })),
  convert: (object, { version }) =>
    object.apiVersion === `g.io/${version}` ? object : { ...cloneObject(object), apiVersion: `g.io/${version}` },
  decode: (value, _kind, strict) => {
    if (strict && JSON.stringify(value).includes('"unknown"')) throw new Error('unknown field "unknown"')
    return value as unknown as KubeObject
  },
  typeOf: () => compileAtoms(thingSchema, true),
  patch: applyJsonPatch,
})

const thingSchema = Type.Object({
  spec: Type.Optional(
    Type.Object({
      size: Type.Optional(Type.Integer()),
      tags: Type.Optional(Type.Array(Type.String(), { 'x-kubernetes-list-type': 'set' })),
      plain: Type.Optional(Type.Array(Type.String())),
    }),
  ),
})

/** Configurations that a test changes. */
export class TestConfigurations<T extends KubeObject> implements KnownConfigurations<T> {
  hasSynced = true
  changes = 0
  #objects: T[] = []

  set(...objects: T[]): void {
    this.#objects = objects
    this.changes++
  }

  list(): T[] {
    return [...this.#objects]
  }
}
