import { isDnsLabel, isDnsSubdomain } from '../../../meta/names.ts'
import type { UserInfo } from '../../../request/context.ts'
import { EvaluationError, noSuchOverload } from '../../../schema/cel/cel-error.ts'
import { member, type Overload } from '../../../schema/cel/overload.ts'
import { Opaque, type Value } from '../../../schema/cel/value.ts'
import type { AuthorizationAttributes } from '../../authorization/authorizer.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import type { AccessChecks, AccessDecision } from './access-checks.ts'

const prefix = 'kubernetes.authorization.'
export const authorizerTypes = {
  authorizer: `${prefix}Authorizer`,
  path: `${prefix}PathCheck`,
  group: `${prefix}GroupCheck`,
  resource: `${prefix}ResourceCheck`,
  decision: `${prefix}Decision`,
} as const

/** Two checks are all that one expression can afford. Source: cel/library/cost.go. */
const checkCost = 350_000

abstract class Subject extends Opaque {
  equals(other: Opaque): boolean {
    return other === this
  }
}

/** Who is asked, and about whom. */
class AuthorizerValue extends Subject {
  override readonly typeName = authorizerTypes.authorizer
  readonly checks: AccessChecks
  readonly user: UserInfo

  constructor(checks: AccessChecks, user: UserInfo) {
    super()
    this.checks = checks
    this.user = user
  }
}

class Check extends Subject {
  override readonly typeName: string
  readonly authorizer: AuthorizerValue
  readonly attributes: Omit<AuthorizationAttributes, 'user' | 'verb'>

  constructor(typeName: string, authorizer: AuthorizerValue, attributes: Partial<AuthorizationAttributes>) {
    super()
    this.typeName = typeName
    this.authorizer = authorizer
    this.attributes = { ...nothing, ...attributes }
  }

  with(typeName: string, attributes: Partial<AuthorizationAttributes>): Check {
    return new Check(typeName, this.authorizer, { ...this.attributes, ...attributes })
  }

  decide(verb: string): Decision {
    const { checks, user } = this.authorizer
    return new Decision(checks.decision({ ...this.attributes, user, verb }))
  }
}

const nothing: Omit<AuthorizationAttributes, 'user' | 'verb'> = {
  isResourceRequest: false,
  path: '',
  group: '',
  version: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  fieldSelector: '',
  labelSelector: '',
}

class Decision extends Subject {
  override readonly typeName = authorizerTypes.decision
  readonly outcome: AccessDecision

  constructor(outcome: AccessDecision) {
    super()
    this.outcome = outcome
  }
}

/** The variable `authorizer`. */
export const authorizerValue = (checks: AccessChecks, user: UserInfo): Value => new AuthorizerValue(checks, user)

/** The variable `authorizer.requestResource`. */
export function requestResourceValue(checks: AccessChecks, attributes: AdmissionAttributes): Value {
  const { user, resource, subresource, namespace, name } = attributes
  const about = { isResourceRequest: true, group: resource.group, version: '*', resource: resource.resource }
  const authorizer = new AuthorizerValue(checks, user)
  return new Check(authorizerTypes.resource, authorizer, { ...about, subresource, namespace, name })
}

function authorizerOf(value: Value): AuthorizerValue {
  if (value instanceof AuthorizerValue) return value
  throw noSuchOverload()
}
function checkOf(value: Value): Check {
  if (value instanceof Check) return value
  throw noSuchOverload()
}
function outcomeOf(value: Value): AccessDecision {
  if (value instanceof Decision) return value.outcome
  throw noSuchOverload()
}

const { authorizer, path, group, resource, decision } = authorizerTypes

/** `authorizer.group('').resource('pods').check('get').allowed()`. Source: apiserver cel/library/authz.go. */
export const authorizerLibrary: readonly Overload[] = [
  member('path', [authorizer, 'string'], path, (value, text) => {
    if (text.trim() === '') throw new EvaluationError('path must not be empty')
    return new Check(path, authorizerOf(value), { path: text })
  }),
  member(
    'group',
    [authorizer, 'string'],
    group,
    (value, name) => new Check(group, authorizerOf(value), { group: name }),
  ),
  member('serviceAccount', [authorizer, 'string', 'string'], authorizer, (value, namespace, name) => {
    if (isDnsSubdomain(name, false).length) throw new EvaluationError('Invalid service account name')
    if (isDnsLabel(namespace).length) throw new EvaluationError('Invalid service account namespace')
    return new AuthorizerValue(authorizerOf(value).checks, serviceAccount(namespace, name))
  }),
  member('resource', [group, 'string'], resource, (value, name) => {
    if (name.trim() === '') throw new EvaluationError('resource must not be empty')
    return checkOf(value).with(resource, { isResourceRequest: true, version: '*', resource: name })
  }),
  ...(['subresource', 'namespace', 'name', 'fieldSelector', 'labelSelector'] as const).map((what) =>
    member(what, [resource, 'string'], resource, (value, text) => checkOf(value).with(resource, { [what]: text })),
  ),
  member(
    'check',
    [path, 'string'],
    decision,
    (value, verb) => checkOf(value).decide(verb),
    () => checkCost,
  ),
  member(
    'check',
    [resource, 'string'],
    decision,
    (value, verb) => checkOf(value).decide(verb),
    () => checkCost,
  ),
  member('errored', [decision], 'bool', (value) => outcomeOf(value).error !== undefined),
  member('error', [decision], 'string', (value) => outcomeOf(value).error ?? ''),
  member('allowed', [decision], 'bool', (value) => outcomeOf(value).decision === 'Allow'),
  member('reason', [decision], 'string', (value) => outcomeOf(value).reason ?? ''),
]

const serviceAccount = (namespace: string, name: string): UserInfo => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  uid: '',
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  extra: {},
})
