import type { RequestInfo } from './request-info.ts'
import type { WarningRecorder } from './warnings.ts'

/** authentication.k8s.io UserInfo */
export interface UserInfo {
  readonly name: string
  readonly uid: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/** What accompanies one request through every layer. */
export interface RequestContext {
  readonly info: RequestInfo
  readonly user: UserInfo
  readonly warnings: WarningRecorder
  /** Aborts when the client is gone or the request's time is over. */
  readonly signal: AbortSignal
  readonly auditId: string
  /** The namespace of the request; '' for cluster-scoped kinds and all-namespaces lists. */
  readonly namespace: string
  /** Adds to the audit event, where there is one: the first value of a key stands. What tells of bodies stands only where those do. */
  readonly annotate?: (key: string, value: string, level?: 'Metadata' | 'Request') => void
}
