import { jsonTypeName } from '../../meta/go-format.ts'
import { StatusError } from '../../meta/status.ts'
import { JsonSyntaxError, readJson, type JsonDocument, type JsonValue } from '../../util/json.ts'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** A patch that has been read, with what strict decoding complains of. */
export interface PatchDocument {
  readonly patch: JsonValue
  readonly complaints: readonly string[]
}

/** Reads the JSON of a patch. `refuse` words the 400 for text that is no JSON. */
export function readPatchJson(body: string, refuse: (syntax: string) => string): JsonDocument {
  try {
    return readJson(body)
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw StatusError.badRequest(refuse(error.message), { cause: error })
    throw error
  }
}

/** `json: cannot unmarshal string into Go value of type map[string]interface {}` */
export const cannotUnmarshal = (value: JsonValue, goType: string): string =>
  `json: cannot unmarshal ${jsonTypeName(value)} into Go value of type ${goType}`
