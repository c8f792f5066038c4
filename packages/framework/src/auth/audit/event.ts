import type { UserInfo } from '../../request/context.ts'
import type { JsonObject, JsonValue } from '../../util/json.ts'

/** How much is written down. Each says what the one before says, and more. */
export type AuditLevel = 'None' | 'Metadata' | 'Request' | 'RequestResponse'
export const auditLevels: readonly AuditLevel[] = ['None', 'Metadata', 'Request', 'RequestResponse']

export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic'
export const auditStages: readonly AuditStage[] = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']

/** What of an event does not change from stage to stage, and what is known so far of the rest. */
export interface AuditRecord {
  readonly level: AuditLevel
  readonly auditID: string
  readonly requestURI: string
  readonly verb: string
  readonly user: UserInfo | undefined
  readonly impersonatedUser: UserInfo | undefined
  readonly impersonationConstraint: string
  readonly sourceIPs: readonly string[]
  readonly userAgent: string
  readonly objectRef: JsonObject | undefined
  readonly responseStatus: JsonObject | undefined
  readonly requestObject: JsonValue | undefined
  readonly responseObject: JsonValue | undefined
  readonly receivedAt: Date
  readonly annotations: ReadonlyMap<string, string>
}

/** `audit.k8s.io/v1` Event, with its members in Go's order. */
export function auditEvent(record: AuditRecord, stage: AuditStage, at: Date): JsonObject {
  const { user, impersonatedUser, objectRef, responseStatus, requestObject, responseObject, annotations } = record
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: record.level,
    auditID: record.auditID,
    stage,
    requestURI: record.requestURI,
    verb: record.verb,
    user: user ? userOf(user) : {},
    ...(impersonatedUser ? { impersonatedUser: userOf(impersonatedUser) } : {}),
    ...(record.impersonationConstraint
      ? { authenticationMetadata: { impersonationConstraint: record.impersonationConstraint } }
      : {}),
    ...(record.sourceIPs.length ? { sourceIPs: [...record.sourceIPs] } : {}),
    ...(record.userAgent ? { userAgent: record.userAgent } : {}),
    ...(objectRef ? { objectRef } : {}),
    ...(responseStatus ? { responseStatus } : {}),
    ...(requestObject === undefined ? {} : { requestObject }),
    ...(responseObject === undefined ? {} : { responseObject }),
    requestReceivedTimestamp: microTime(record.receivedAt),
    stageTimestamp: microTime(at),
    ...(annotations.size ? { annotations: Object.fromEntries([...annotations].sort()) } : {}),
  }
}

const microTime = (date: Date): string => `${date.toISOString().slice(0, 23)}000Z`

function userOf({ name, uid, groups, extra }: UserInfo): JsonObject {
  return {
    ...(name ? { username: name } : {}),
    ...(uid ? { uid } : {}),
    ...(groups.length ? { groups: [...groups] } : {}),
    ...(Object.keys(extra).length
      ? { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) }
      : {}),
  }
}
