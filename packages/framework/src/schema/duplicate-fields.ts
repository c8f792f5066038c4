import type { JsonDocument } from '../util/json.ts'

/** What strict decoding has to say of each key that stands twice in one object. */
export const duplicateFields = (json: JsonDocument): string[] =>
  json.duplicateKeys().map((path) => `duplicate field "${path}"`)
