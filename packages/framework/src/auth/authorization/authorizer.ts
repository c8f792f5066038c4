import type { RequestInfo } from '../../request/request-info.ts'
import type { UserInfo } from '../../request/context.ts'

/** What is to be decided: who wants to do what to what. Source: authorization/authorizer/interfaces.go. */
export interface AuthorizationAttributes {
  readonly user: UserInfo
  readonly verb: string
  readonly isResourceRequest: boolean
  /** Of non-resource requests. */
  readonly path: string
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** As written in the query; '' where there is none. */
  readonly fieldSelector: string
  readonly labelSelector: string
}

/** An authorizer's answer; the `reason` of a denial is told to the client. */
export interface AuthorizationDecision {
  readonly decision: 'Allow' | 'Deny' | 'NoOpinion'
  readonly reason?: string
}

/** A request under way. Its signal is made when somebody first asks for it: most decisions are at hand. */
export interface Abortable {
  readonly signal: AbortSignal
}

/** Decides. Throwing is no opinion, with a failure that the client gets to see as 500 if nobody else decides. */
export interface Authorizer {
  authorize(attributes: AuthorizationAttributes, request?: Abortable): Promise<AuthorizationDecision>
}

export const allow: AuthorizationDecision = { decision: 'Allow' }
export const noOpinion: AuthorizationDecision = { decision: 'NoOpinion' }

export const attributesOf = (user: UserInfo, info: RequestInfo): AuthorizationAttributes => ({
  user,
  verb: info.verb,
  isResourceRequest: info.isResourceRequest,
  path: info.path,
  group: info.group,
  version: info.version,
  resource: info.resource,
  subresource: info.subresource,
  namespace: info.namespace,
  name: info.name,
  fieldSelector: info.fieldSelector,
  labelSelector: info.labelSelector,
})
