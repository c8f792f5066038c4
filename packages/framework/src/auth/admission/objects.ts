import type { GroupVersionKind, GroupVersionResource } from '../../meta/group-version.ts'
import type { KubeObject } from '../../meta/object.ts'
import type { Type } from '../../schema/managed-fields/atoms.ts'
import type { JsonValue } from '../../util/json.ts'

/** One of the ways in which the same objects are served. */
export interface EquivalentResource {
  readonly resource: GroupVersionResource
  readonly kind: GroupVersionKind
}

/** What can be done with the objects of an endpoint. Source: admission/interfaces.go ObjectInterfaces. */
export interface AdmissionObjects {
  /** Every version in which the resource, with the subresource of the request, is served; that of the request too. */
  readonly equivalents: readonly EquivalentResource[]
  /** The object in another version, with the defaults of that; the object itself where it is of that version already: do not change it. */
  convert(object: KubeObject, kind: GroupVersionKind): KubeObject
  /** The object that a JSON value stands for, with its defaults. With `strict`, unknown fields are refused. Throws what is wrong. */
  decode(value: JsonValue, kind: GroupVersionKind, strict: boolean): KubeObject
  /** How objects of a kind are merged. */
  typeOf(kind: GroupVersionKind): Type | undefined
  /** Applies an RFC 6902 patch: a new document. Throws when an operation fails: a {@link PatchTestError} when that is a test. */
  patch(document: JsonValue, operations: JsonValue): JsonValue
}

/** An object is not as a patch wants it to be. */
export class PatchTestError extends Error {
  override readonly name = 'PatchTestError'
}

/** Makes an object what another one is, in place: whoever holds it sees the change. */
export function replaceObject(target: KubeObject, source: KubeObject): void {
  for (const key of Object.keys(target)) Reflect.deleteProperty(target, key)
  for (const key of Object.keys(source)) Object.defineProperty(target, key, { ...member, value: valueOf(source, key) })
}

const member = { writable: true, enumerable: true, configurable: true }
const valueOf = (object: KubeObject, key: string): unknown => (object as unknown as Record<string, unknown>)[key]
