import { goText } from '../../meta/go-format.ts'
import type { JsonValue } from '../../util/json.ts'
import { applyJsonPatch, parseJsonPatch } from './json-patch.ts'
import { applyMergePatch, parseMergePatch } from './merge-patch.ts'
import type { FieldValidation, PatchDocument } from './patch-document.ts'
import { applyStrategicMergePatch, parseStrategicMergePatch } from './strategic-merge-patch.ts'
import { strategicSchemaOf } from './strategic-schema.ts'

/** One patch, read once, for as many applications as conflicts make necessary. */
export interface ParsedPatch {
  /** What strict field validation has to say of the document: `duplicate field "spec.x"`. */
  readonly complaints: readonly string[]
  /** What an error about the outcome shows in place of it. */
  readonly shown?: string
  /**
   * The document as the patch wants it; neither the document nor the patch is changed, and the outcome shares nothing
   * with them. `schema` is the JSON Schema of the kind. Throws a StatusError, also for a malformed patch: an object
   * that is missing is answered before what is wrong with the patch.
   */
  apply(document: JsonValue, schema: object): JsonValue
}

/** A media type of PATCH bodies and how it is read. */
export interface PatchType {
  readonly mediaType: string
  /** `fieldValidation` (default Warn): without it, with Ignore, the decoder is another one, with other words. */
  readonly parse: (body: string, fieldValidation?: FieldValidation) => ParsedPatch
}

function patchType<P extends PatchDocument>(
  mediaType: string,
  read: (body: string, fieldValidation: FieldValidation) => P,
  apply: (document: JsonValue, patch: P['patch'], schema: object) => JsonValue,
  show?: (patch: P['patch']) => string,
): PatchType {
  return {
    mediaType,
    parse(body, fieldValidation = 'Warn') {
      let parsed: P
      try {
        parsed = read(body, fieldValidation)
      } catch (error) {
        return {
          complaints: [],
          apply: () => {
            throw error
          },
        }
      }
      return {
        complaints: parsed.complaints,
        ...(show && { shown: show(parsed.patch) }),
        apply: (document, schema) => apply(document, parsed.patch, schema),
      }
    },
  }
}

/** Apply configurations are no patches of the live object: the field manager merges them. */
export const applyPatchMediaType = 'application/apply-patch+yaml'

/** The patch types, but for server-side apply ({@link applyPatchMediaType}). */
export const patchTypes: readonly PatchType[] = [
  patchType('application/json-patch+json', parseJsonPatch, applyJsonPatch),
  patchType('application/merge-patch+json', parseMergePatch, applyMergePatch),
  patchType(
    'application/strategic-merge-patch+json',
    parseStrategicMergePatch,
    (document, patch, schema) => applyStrategicMergePatch(document, patch, strategicSchemaOf(schema)),
    goText,
  ),
]

const byMediaType: ReadonlyMap<string, PatchType> = new Map(patchTypes.map((type) => [type.mediaType, type]))

/** The patch type of a media type that the router let through. */
export function patchTypeOf(mediaType: string): PatchType {
  const type = byMediaType.get(mediaType)
  if (!type) throw new TypeError(`no patch type has the media type ${mediaType}`)
  return type
}
