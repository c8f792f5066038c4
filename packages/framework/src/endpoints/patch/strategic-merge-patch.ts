import { StatusError } from '../../meta/status.ts'
import { duplicateFields } from '../../schema/duplicate-fields.ts'
import { clone, isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
import { cannotUnmarshal, readPatchJson, type FieldValidation, type PatchDocument } from './patch-document.ts'
import { mergeMap } from './strategic-map.ts'
import type { StrategicSchema } from './strategic-schema.ts'

/**
 * Applies a strategic merge patch: maps merge, lists merge where `schema` says so, and directives (`$patch`,
 * `$retainKeys`, `$deleteFromPrimitiveList`, `$setElementOrder`) say the rest. Returns a new value. Throws 400
 * and 422 as strategic-error.ts lists them. Source: apimachinery util/strategicpatch/patch.go.
 */
export function applyStrategicMergePatch(document: JsonValue, patch: JsonValue, schema: StrategicSchema): JsonObject {
  if (!isObject(document) || !isObject(patch)) throw StatusError.badRequest('invalid JSON document')
  return mergeMap(clone(document), clone(patch), schema)
}

/** Reads a strategic merge patch. Throws 400, with the decoder's bare words. */
export function parseStrategicMergePatch(body: string, fieldValidation: FieldValidation = 'Warn'): PatchDocument {
  const json = readPatchJson(body, (syntax) => syntax)
  const patch = json.value
  if (patch !== null && !isObject(patch))
    throw StatusError.badRequest(cannotUnmarshal(patch, 'map[string]interface {}'))
  return { patch: patch ?? {}, complaints: fieldValidation === 'Ignore' ? [] : duplicateFields(json) }
}
