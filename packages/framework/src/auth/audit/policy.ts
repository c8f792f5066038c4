import type { UserInfo } from '../../request/context.ts'
import type { AuthorizationAttributes } from '../authorization/authorizer.ts'
import type { AuditLevel, AuditStage } from './event.ts'

/** Which group, resources and names of objects a rule is about. */
export interface AuditGroupResources {
  readonly group: string
  /** `res`, `res/sub`, `res/*`, `*` with `/sub`, `*`; empty: all of the group. */
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
}

/** One rule of a policy; an empty list matches everything. */
export interface AuditRule {
  readonly level: AuditLevel
  readonly users: readonly string[]
  readonly userGroups: readonly string[]
  readonly verbs: readonly string[]
  readonly resources: readonly AuditGroupResources[]
  /** '' is no namespace. */
  readonly namespaces: readonly string[]
  /** A `*` at the end is whatever follows. */
  readonly nonResourceURLs: readonly string[]
  readonly omitStages: readonly AuditStage[]
  readonly omitManagedFields: boolean | undefined
}

/** What a policy says of one request. */
export interface AuditDecision {
  readonly level: AuditLevel
  readonly omitStages: ReadonlySet<AuditStage>
  readonly omitManagedFields: boolean
}

/** Who asks is unknown where he could not say who he is. */
export type AuditedRequest = Omit<AuthorizationAttributes, 'user'> & { readonly user: UserInfo | undefined }

const none: AuditDecision = { level: 'None', omitStages: new Set(), omitManagedFields: false }

/** Says how much of a request is written down: the first rule that matches, and nothing where none does. Source: audit/policy/checker.go. */
export class AuditPolicy {
  readonly #rules: readonly { readonly rule: AuditRule; readonly decision: AuditDecision }[]

  constructor(
    rules: readonly AuditRule[],
    { omitStages, omitManagedFields }: { omitStages: readonly AuditStage[]; omitManagedFields: boolean },
  ) {
    this.#rules = rules.map((rule) => ({
      rule,
      decision: {
        level: rule.level,
        omitStages: new Set([...omitStages, ...rule.omitStages]),
        omitManagedFields: rule.omitManagedFields ?? omitManagedFields,
      },
    }))
  }

  decide(request: AuditedRequest): AuditDecision {
    return this.#rules.find(({ rule }) => matches(rule, request))?.decision ?? none
  }
}

function matches(rule: AuditRule, request: AuditedRequest): boolean {
  const { user } = request
  if (rule.users.length && !(user && rule.users.includes(user.name))) return false
  if (rule.userGroups.length && !user?.groups.some((group) => rule.userGroups.includes(group))) return false
  if (rule.verbs.length && !rule.verbs.includes(request.verb)) return false
  if (rule.namespaces.length || rule.resources.length) return matchesResource(rule, request)
  if (!rule.nonResourceURLs.length) return true
  return !request.isResourceRequest && rule.nonResourceURLs.some((spec) => matchesPath(spec, request.path))
}

function matchesResource({ namespaces, resources }: AuditRule, request: AuditedRequest): boolean {
  if (!request.isResourceRequest) return false
  if (namespaces.length && !namespaces.includes(request.namespace)) return false
  if (!resources.length) return true
  return resources.some((about) => {
    if (about.group !== request.group) return false
    if (!about.resources.length) return true
    if (about.resourceNames.length && !about.resourceNames.includes(request.name)) return false
    return about.resources.some((spec) => matchesName(spec, request))
  })
}

function matchesName(spec: string, { resource, subresource }: AuditedRequest): boolean {
  if (spec === '*' || spec === (subresource ? `${resource}/${subresource}` : resource)) return true
  if (subresource && spec === `*/${subresource}`) return true
  return spec === `${resource}/*`
}

function matchesPath(spec: string, path: string): boolean {
  return spec === '*' || spec === path || (spec.endsWith('*') && path.startsWith(spec.slice(0, -1)))
}
