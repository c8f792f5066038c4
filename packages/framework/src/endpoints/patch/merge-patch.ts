import { StatusError } from '../../meta/status.ts'
import { duplicateFields } from '../../schema/duplicate-fields.ts'
import { clone, getOwn, isObject, setOwn, type JsonObject, type JsonValue } from '../../util/json.ts'
import { cannotUnmarshal, readPatchJson, type FieldValidation, type PatchDocument } from './patch-document.ts'

/**
 * Applies an RFC 7386 merge patch: null deletes, objects merge, everything else replaces. Returns a new value. As in
 * Kubernetes, nulls inside of lists that are put in go the way of all nulls, except where a list replaces an object.
 * Source: evanphx/json-patch merge.go.
 */
export function applyMergePatch(document: JsonValue, patch: JsonValue): JsonValue {
  return merge(clone(document), patch)
}

/** `target` is ours to change; the patch is not. */
function merge(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(target)) return withoutNulls(patch)
  if (!isObject(patch)) return clone(patch)
  for (const key of Object.keys(patch)) {
    const value = getOwn(patch, key) ?? null
    if (value === null) Reflect.deleteProperty(target, key)
    else setOwn(target, key, merge(getOwn(target, key), value))
  }
  return target
}

/** A copy without the members that are null. The items of lists stay, even when null. */
function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const copy: JsonObject = {}
  for (const key of Object.keys(value)) {
    const member = getOwn(value, key) ?? null
    if (member !== null) setOwn(copy, key, withoutNulls(member))
  }
  return copy
}

/** Reads a merge patch. Throws 400. */
export function parseMergePatch(body: string, fieldValidation: FieldValidation = 'Warn'): PatchDocument {
  // Without field validation Go leaves the reading to its patch library, which knows one complaint only.
  const lax = fieldValidation === 'Ignore'
  const json = readPatchJson(body, (syntax) => (lax ? invalidJsonPatch : `error decoding patch: ${syntax}`))
  const patch = json.value
  if (patch === null) throw StatusError.badRequest(invalidJsonPatch)
  if (!isObject(patch) && !lax)
    throw StatusError.badRequest(`error decoding patch: ${cannotUnmarshal(patch, 'map[string]interface {}')}`)
  if (typeof patch !== 'object') throw StatusError.badRequest(invalidJsonPatch)
  return { patch, complaints: lax ? [] : duplicateFields(json) }
}

const invalidJsonPatch = 'Invalid JSON Patch'
