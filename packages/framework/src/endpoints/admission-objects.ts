import { PatchTestError, type AdmissionObjects, type EquivalentResource } from '../auth/admission/objects.ts'
import { apiVersionOf, type GroupVersionKind } from '../meta/group-version.ts'
import { cloneObject, type KubeObject } from '../meta/object.ts'
import { servedKinds } from '../registry/resource-registry.ts'
import { decodeObject } from '../schema/decode.ts'
import { compileAtoms, type Type } from '../schema/managed-fields/atoms.ts'
import { compileKind, type CompiledKind } from '../schema/structural.ts'
import { isObject, stringify, type JsonValue } from '../util/json.ts'
import { applyJsonPatch } from './patch/json-patch.ts'
import type { RequestScope } from './scope.ts'

/** What admission can do with the objects of one endpoint. */
export class ScopeObjects implements AdmissionObjects {
  readonly equivalents: readonly EquivalentResource[]
  readonly #scope: RequestScope
  /** The same in every version of the resource: a subresource's own kind, or the options of a connection. */
  readonly #fixed: boolean
  readonly #types = new Map<string, Type>()

  constructor(scope: RequestScope) {
    this.#scope = scope
    this.#fixed = scope.foreign || scope.options !== undefined
    const served = servedKinds(scope.resource)
    this.equivalents = served.map(({ group, version, kind, plural }) => ({
      resource: { group, version, resource: plural },
      kind: this.#fixed ? (scope.subresource?.kind ?? scope.kind) : { group, version, kind },
    }))
  }

  convert(object: KubeObject, kind: GroupVersionKind): KubeObject {
    const apiVersion = apiVersionOf(kind)
    const { versions } = this.#scope
    if (this.#fixed || object.apiVersion === apiVersion || !versions.knows(object.apiVersion)) return object
    return versions.fromHub(versions.toHub(cloneObject(object)), apiVersion)
  }

  decode(value: JsonValue, kind: GroupVersionKind, strict: boolean): KubeObject {
    const body = Buffer.from(stringify(value))
    return decodeObject(body, 'application/json', this.#compiled(kind), {
      fieldValidation: strict ? 'Strict' : 'Ignore',
    }).object
  }

  typeOf(kind: GroupVersionKind): Type | undefined {
    const apiVersion = apiVersionOf(kind)
    let type = this.#types.get(apiVersion)
    if (!type) this.#types.set(apiVersion, (type = compileAtoms(this.#compiled(kind).kind.schema, true)))
    return type
  }

  patch(document: JsonValue, operations: JsonValue): JsonValue {
    try {
      return applyJsonPatch(document, operations)
    } catch (cause) {
      if (failsInTest(document, operations)) throw new PatchTestError('a test of the patch failed', { cause })
      throw cause
    }
  }

  #compiled(kind: GroupVersionKind): CompiledKind {
    const scope = this.#scope
    const version = this.#fixed ? undefined : servedKinds(scope.resource).find((k) => k.version === kind.version)
    return version ? compileKind(version) : scope.compiled
  }
}

/** Whether the first operation that fails is a test. */
function failsInTest(document: JsonValue, operations: JsonValue): boolean {
  let patched = document
  for (const operation of Array.isArray(operations) ? operations : []) {
    try {
      patched = applyJsonPatch(patched, [operation])
    } catch {
      return isObject(operation) && operation['op'] === 'test'
    }
  }
  return false
}
