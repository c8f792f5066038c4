import { stringify, type JsonObject } from '../../util/json.ts'

/** Where audit events go. */
export interface AuditBackend {
  readonly name: string
  /** Takes one event. Throws when it could not be written: what becomes of the request then is the caller's business. */
  process(event: JsonObject): void
  /** Writes what waits. May be called twice. */
  close(): Promise<void>
}

/** One event as text, with what HTML would understand written as escapes, as Go does. */
export const eventText = (event: JsonObject): string =>
  stringify(event).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
