import { jsonTypeName } from '../../meta/go-format.ts'
import { StatusError } from '../../meta/status.ts'
import { clone, getOwn, isObject, type JsonDocument, type JsonObject, type JsonValue } from '../../util/json.ts'
import { JsonPatchDocument } from './json-patch-document.ts'
import { parsePointer } from './json-pointer.ts'
import { cannotUnmarshal, readPatchJson, type FieldValidation, type PatchDocument } from './patch-document.ts'

/** The most operations of one JSON patch. Source: endpoints/handlers/patch.go maxJSONPatchOperations. */
export const maxJsonPatchOperations = 10_000

type Operation = (document: JsonPatchDocument, operation: JsonObject) => void

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['add', (document, operation) => document.add(pathOf(operation, 'path'), clone(valueOf(operation)))],
  ['remove', (document, operation) => void document.remove(pathOf(operation, 'path'))],
  ['replace', (document, operation) => document.replace(pathOf(operation, 'path'), clone(valueOf(operation)))],
  ['move', (document, operation) => document.move(pathOf(operation, 'from'), pathOf(operation, 'path'))],
  ['copy', (document, operation) => document.copy(pathOf(operation, 'from'), pathOf(operation, 'path'))],
  ['test', (document, operation) => document.test(pathOf(operation, 'path'), valueOf(operation))],
])

/**
 * Applies an RFC 6902 patch and returns a new document. Throws 422 when an operation fails (Kubernetes says no more
 * than that) and 413 for more than {@link maxJsonPatchOperations}.
 */
export function applyJsonPatch(document: JsonValue, patch: JsonValue): JsonValue {
  if (patch === null) return clone(document)
  if (!Array.isArray(patch)) throw StatusError.genericInvalid()
  if (patch.length > maxJsonPatchOperations)
    throw StatusError.requestEntityTooLarge(
      `The allowed maximum operations in a JSON patch is ${String(maxJsonPatchOperations)}, got ${String(patch.length)}`,
    )
  const target = new JsonPatchDocument(clone(document))
  for (const operation of patch) {
    const op = isObject(operation) ? getOwn(operation, 'op') : undefined
    const apply = typeof op === 'string' ? operations.get(op) : undefined
    if (!apply || !isObject(operation)) throw StatusError.genericInvalid()
    apply(target, operation)
  }
  return target.finish()
}

function pathOf(operation: JsonObject, member: 'path' | 'from'): readonly string[] {
  const pointer = getOwn(operation, member)
  const path = typeof pointer === 'string' ? parsePointer(pointer) : undefined
  if (!path) throw StatusError.genericInvalid()
  return path
}

/** Null where none is given, as in Kubernetes; RFC 6902 is stricter. */
const valueOf = (operation: JsonObject): JsonValue => getOwn(operation, 'value') ?? null

/** Reads a JSON patch. Throws 400. */
export function parseJsonPatch(body: string, fieldValidation: FieldValidation = 'Warn'): PatchDocument {
  const strict = fieldValidation !== 'Ignore'
  const refuse = (text: string): string => (strict ? `error decoding patch: ${text}` : text)
  const json = readPatchJson(body, refuse)
  const patch = json.value
  const complaint = complaintAboutTypes(patch, strict)
  if (complaint !== undefined) throw StatusError.badRequest(refuse(complaint))
  return { patch, complaints: strict && Array.isArray(patch) ? complaintsOf(patch, json) : [] }
}

/** Go decodes into a struct when it validates fields, and into a bare map when it does not. */
function complaintAboutTypes(patch: JsonValue, strict: boolean): string | undefined {
  if (patch === null) return undefined
  if (!Array.isArray(patch)) return cannotUnmarshal(patch, strict ? '[]handlers.jsonPatchOp' : 'jsonpatch.Patch')
  for (const operation of patch) {
    if (operation === null) continue
    if (!isObject(operation)) return cannotUnmarshal(operation, strict ? 'handlers.jsonPatchOp' : 'jsonpatch.Operation')
    if (!strict) continue
    for (const member of ['op', 'path', 'from']) {
      const value = getOwn(operation, member) ?? null
      if (value !== null && typeof value !== 'string')
        return `json: cannot unmarshal ${jsonTypeName(value)} into Go struct field jsonPatchOp.${member} of type string`
    }
  }
  return undefined
}

const members: ReadonlySet<string> = new Set(['op', 'path', 'from', 'value'])
const known = /^\[\d+\]\.(?:op|path|from|value)(?![^.[])/
const maxComplaints = 100

/** Members given twice, and members that operations do not have, by operation. */
function complaintsOf(patch: readonly JsonValue[], json: JsonDocument): string[] {
  const found: { readonly index: number; readonly text: string }[] = []
  for (const path of json.duplicateKeys())
    // What stands twice below a member that is not known is not looked at.
    if (known.test(path)) found.push({ index: Number.parseInt(path.slice(1)), text: `duplicate field "${path}"` })
  patch.forEach((operation, index) => {
    if (!isObject(operation)) return
    for (const key of Object.keys(operation))
      if (!members.has(key)) found.push({ index, text: `unknown field "[${String(index)}].${key}"` })
  })
  found.sort((a, b) => a.index - b.index)
  return found.slice(0, maxComplaints).map(({ text }) => `json patch ${text}`)
}
