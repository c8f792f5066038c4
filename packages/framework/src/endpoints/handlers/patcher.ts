import { field } from '../../meta/field-error.ts'
import { StatusError } from '../../meta/status.ts'
import { decodeUnstructured } from '../../schema/decode.ts'
import { canonical, type JsonValue } from '../../util/json.ts'
import { patchTypeOf } from '../patch/patch-types.ts'
import type { IncomingWrite } from './incoming.ts'
import type { Patcher } from './patch.ts'

/** JSON patch, merge patch and strategic merge patch: parsed once, applied to whatever is live. */
export function patcher(write: IncomingWrite, mediaType: string, body: string): Patcher {
  const { scope } = write
  const { fieldValidation } = write.query
  const parsed = patchTypeOf(mediaType).parse(body, fieldValidation)
  const complaints = fieldValidation === 'Ignore' ? [] : parsed.complaints
  let warned = false
  return (live) => {
    if (!live) throw StatusError.notFound(scope.groupResource, write.exchange.context.info.name)
    const patched = (): JsonValue => parsed.apply(live as unknown as JsonValue, scope.compiled.kind.schema)
    const { object, unknown, error } = decodeUnstructured(patched(), scope.compiled, { fieldValidation })
    const all = fieldValidation === 'Ignore' ? [] : [...complaints, ...unknown]
    // Decoding prunes its value: what is shown is made once more.
    const shown = (): string => parsed.shown ?? canonical(patched())
    if (error !== undefined || object === undefined) throw invalidPatch(shown(), error ?? 'not an object')
    if (fieldValidation === 'Strict' && all.length)
      throw invalidPatch(shown(), `strict decoding error: ${all.join(', ')}`)
    if (!warned) write.warn(all)
    warned = true
    write.checkName(object)
    return write.track(live, object)
  }
}

/** 422 with an empty name and kind, as Go words a patch whose outcome is no object of the kind. */
function invalidPatch(shown: string, message: string): StatusError {
  return StatusError.invalid({ group: '', kind: '' }, '', [field.invalid('patch', shown, message)])
}
