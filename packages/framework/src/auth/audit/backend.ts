import { isObject, stringify, type JsonObject, type JsonValue } from '../../util/json.ts'

/** Where audit events go. */
export interface AuditBackend {
  readonly name: string
  /** Takes one event. Throws, or rejects, when it could not be written: what becomes of the request then is the caller's business. */
  process(event: JsonObject): void | Promise<void>
  /** Writes what waits. May be called twice. */
  close(): Promise<void>
}

/** One event as text, with what HTML would understand written as escapes, as Go does. */
export const eventText = (event: JsonObject): string =>
  stringify(event).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** One event as a line of text. Source: apiserver/pkg/audit/format.go EventString. */
export function legacyText(event: JsonObject): string {
  const { user, impersonatedUser, sourceIPs, objectRef, responseStatus } = event
  const [asked, actual, object] = [memberOf(user), memberOf(impersonatedUser), memberOf(objectRef)]
  const ips = Array.isArray(sourceIPs) ? sourceIPs : []
  const groups = (value: JsonValue | undefined): string =>
    Array.isArray(value) && value.length ? value.map((group) => JSON.stringify(group)).join(',') : '"<none>"'
  const code = isObject(responseStatus) ? responseStatus.code : undefined
  return [
    `${typeof event.requestReceivedTimestamp === 'string' ? event.requestReceivedTimestamp : ''} AUDIT: id=${JSON.stringify(event.auditID)}`,
    `stage=${JSON.stringify(event.stage)}`,
    `ip=${JSON.stringify(ips[0] ?? '<unknown>')}`,
    `method=${JSON.stringify(event.verb)}`,
    `user=${JSON.stringify(asked('username') ?? '<none>')}`,
    `groups=${groups(asked('groups'))}`,
    `as=${JSON.stringify(actual('username') ?? '<self>')}`,
    `asgroups=${impersonatedUser === undefined ? '"<lookup>"' : groups(actual('groups'))}`,
    `user-agent=${JSON.stringify(event.userAgent ?? '')}`,
    `namespace=${JSON.stringify(object('namespace') ?? '<none>')}`,
    `uri=${JSON.stringify(event.requestURI)}`,
    `response="${typeof code === 'number' ? String(code) : '<deferred>'}"`,
  ].join(' ')
}

const memberOf =
  (value: JsonValue | undefined) =>
  (name: string): JsonValue | undefined =>
    isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
