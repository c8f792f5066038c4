import type { UserInfo } from '../../request/context.ts'
import { isObject, parseJson, setOwn, type JsonObject, type JsonValue } from '../../util/json.ts'
import { parseYaml } from '../../util/yaml.ts'
import { auditEvent, type AuditRecord, type AuditStage } from './event.ts'
import type { AuditDecision, AuditedRequest } from './policy.ts'

const maxUserAgent = 1024

export interface RecordedRequest extends AuditedRequest {
  readonly auditId: string
  readonly requestURI: string
  readonly sourceIPs: readonly string[]
  readonly userAgent: string
  readonly receivedAt: Date
}

/** What goes into the audit log about one request, as it comes to be known. Bodies are read only when an event is made of them. */
export class AuditRecorder {
  readonly #request: RecordedRequest
  readonly #decision: AuditDecision
  readonly #emit: (event: JsonObject) => void
  readonly #annotations = new Map<string, string>()
  #requestBody: Body | undefined
  #responseBody: Body | undefined
  #status: JsonObject | undefined
  impersonatedUser: UserInfo | undefined
  impersonationConstraint = ''

  constructor(request: RecordedRequest, decision: AuditDecision, emit: (event: JsonObject) => void) {
    this.#request = request
    this.#decision = decision
    this.#emit = emit
  }

  /** The first value of a key stands. What is of the level of bodies is left out where those are. */
  annotate(key: string, value: string, level: 'Metadata' | 'Request' = 'Metadata'): void {
    if (level === 'Request' && this.#decision.level === 'Metadata') return
    if (!this.#annotations.has(key)) this.#annotations.set(key, value)
  }

  requestBody(bytes: Buffer, contentType: string): void {
    this.#requestBody = { bytes, contentType }
  }

  responseBody(bytes: Buffer, contentType: string): void {
    this.#responseBody = { bytes, contentType }
  }

  failed(status: JsonObject): void {
    this.#status = status
  }

  /** Makes the event of a stage. Throws what the backend throws. */
  stage(stage: AuditStage, code: number): void {
    if (this.#decision.omitStages.has(stage)) return
    this.#emit(auditEvent(this.#record(stage === 'RequestReceived' ? undefined : code), stage, new Date()))
  }

  #record(code: number | undefined): AuditRecord {
    const { level } = this.#decision
    const { auditId, requestURI, verb, user, sourceIPs, userAgent, receivedAt } = this.#request
    const sent = parsed(this.#requestBody)
    const answer = code === undefined ? undefined : parsed(this.#responseBody)
    return {
      level,
      auditID: auditId,
      requestURI,
      verb,
      user,
      impersonatedUser: this.impersonatedUser,
      impersonationConstraint: this.impersonationConstraint,
      sourceIPs,
      userAgent: userAgent.length > maxUserAgent ? `${userAgent.slice(0, maxUserAgent)}...TRUNCATED` : userAgent,
      objectRef: objectRefOf(this.#request, sent),
      responseStatus: code === undefined ? undefined : this.#statusOf(code, answer),
      requestObject: level === 'Request' || level === 'RequestResponse' ? this.#withoutManagers(sent) : undefined,
      responseObject: level === 'RequestResponse' ? this.#withoutManagers(answer) : undefined,
      receivedAt,
      annotations: this.#annotations,
    }
  }

  #statusOf(code: number, answer: JsonValue | undefined): JsonObject {
    const status = this.#status ?? (isObject(answer) && answer['kind'] === 'Status' ? answer : undefined)
    const told: JsonObject = { metadata: {} }
    for (const member of ['status', 'message', 'reason', 'details'] as const) {
      const value = status?.[member]
      if (value !== undefined) told[member] = value
    }
    return { ...told, code }
  }

  #withoutManagers(value: JsonValue | undefined): JsonValue | undefined {
    if (!this.#decision.omitManagedFields || !isObject(value)) return value
    const items = value['items']
    return Array.isArray(items) ? { ...value, items: items.map(unmanaged) } : unmanaged(value)
  }
}

interface Body {
  readonly bytes: Buffer
  readonly contentType: string
}

/** What is no JSON and no YAML (protobuf, CBOR) is left out. */
function parsed(body: Body | undefined): JsonValue | undefined {
  if (!body?.bytes.length) return undefined
  try {
    if (/yaml/.test(body.contentType)) return parseYaml(body.bytes.toString())
    return /json|^$/.test(body.contentType) ? parseJson(body.bytes) : undefined
  } catch {
    return undefined
  }
}

function unmanaged(value: JsonValue): JsonValue {
  if (!isObject(value) || !isObject(value['metadata'])) return value
  const { managedFields: _, ...metadata } = value['metadata']
  const copy: JsonObject = { ...value }
  setOwn(copy, 'metadata', metadata)
  return copy
}

/** The object that the request is about; what its address does not say, its body may. */
function objectRefOf(request: RecordedRequest, sent: JsonValue | undefined): JsonObject | undefined {
  if (!request.isResourceRequest) return undefined
  const metadata = isObject(sent) && isObject(sent['metadata']) ? sent['metadata'] : {}
  const own = (member: string): string => {
    const value = Object.hasOwn(metadata, member) ? metadata[member] : undefined
    return typeof value === 'string' ? value : ''
  }
  const all: Readonly<Record<string, string>> = {
    resource: request.resource,
    namespace: request.namespace || own('namespace'),
    name: request.name || own('name'),
    uid: own('uid'),
    apiGroup: request.group,
    apiVersion: request.version,
    resourceVersion: own('resourceVersion'),
    subresource: request.subresource,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}
