import type { UserInfo } from '../../request/context.ts'
import {
  allAuthenticated,
  allUnauthenticated,
  anonymousUser,
  privilegedGroup,
} from '../authentication/authenticator.ts'
import type { Abortable, AuthorizationAttributes, Authorizer } from './authorizer.ts'
import { forbidden } from './forbidden.ts'

/** Who somebody goes on as, and the verb of the narrow right by which; '' where it is the one that always was. */
export interface ActingUser {
  readonly user: UserInfo
  readonly constraint: string
}

/** Told how an attempt came out: by which mode (`legacy`, or that of the narrow right; '' where it was denied), and after how long. */
export type ImpersonationObserver = (mode: string, decision: 'allowed' | 'denied', seconds: number) => void

/** Whom a request asks to be: nothing added, nothing checked. */
export type WantedUser = UserInfo

interface Mode {
  /** '' is impersonation as it always was: for every request, once the user may be impersonated. */
  readonly name: string
  supports(wanted: WantedUser, requestor: UserInfo): boolean
}

const nodePrefix = 'system:node:'
const serviceAccountPrefix = 'system:serviceaccount:'
const nodesGroup = 'system:nodes'
const nodeNameKey = 'authentication.kubernetes.io/node-name'
const associatedKeys = 'authentication.kubernetes.io/associated-node-keys'
const authenticationGroup = 'authentication.k8s.io'

/** The narrower right is asked for first; the first refusal is the one that is told. */
const modes: readonly Mode[] = [
  {
    name: 'associated-node',
    supports: (wanted, requestor) =>
      isNameOnly(wanted) &&
      serviceAccountOf(requestor.name) !== undefined &&
      requestor.extra[nodeNameKey]?.length === 1 &&
      nodeOf(wanted.name) === requestor.extra[nodeNameKey][0],
  },
  { name: 'arbitrary-node', supports: (wanted) => isNameOnly(wanted) && nodeOf(wanted.name) !== undefined },
  { name: 'serviceaccount', supports: (wanted) => isNameOnly(wanted) && serviceAccountOf(wanted.name) !== undefined },
  {
    name: 'user-info',
    supports: ({ name }) => nodeOf(name) === undefined && serviceAccountOf(name) === undefined,
  },
  { name: '', supports: () => true },
]

/**
 * Decides whether one user may act as another: for this request alone (`impersonate-on:MODE:VERB` on what is asked for, and `impersonate:MODE` on the
 * user), or in general (`impersonate`). Source: endpoints/filters/impersonation.
 */
export class Impersonation {
  readonly #authorizer: Authorizer
  readonly #observer: ImpersonationObserver | undefined

  constructor(authorizer: Authorizer, observer?: ImpersonationObserver) {
    this.#authorizer = authorizer
    this.#observer = observer
  }

  /** The user to go on as. Throws 403. `attributes` are those of the request, with its real user. */
  async check(wanted: WantedUser, attributes: AuthorizationAttributes, under: Abortable): Promise<ActingUser> {
    const begin = performance.now()
    const tell = (mode: string, decision: 'allowed' | 'denied'): void => {
      this.#observer?.(mode, decision, (performance.now() - begin) / 1000)
    }
    let refusal: unknown
    for (const mode of modes) {
      if (!mode.supports(wanted, attributes.user)) continue
      try {
        const user = await this.#as(mode.name, wanted, attributes, under)
        tell(mode.name || 'legacy', 'allowed')
        return { user, constraint: mode.name && `impersonate:${mode.name}` }
      } catch (error) {
        refusal ??= error
      }
    }
    tell('', 'denied')
    throw refusal
  }

  async #as(mode: string, wanted: WantedUser, request: AuthorizationAttributes, under: Abortable): Promise<UserInfo> {
    const user = mode === 'associated-node' ? withoutExtraValues(request.user) : request.user
    const check = async (attributes: AuthorizationAttributes): Promise<void> => {
      let reason = ''
      try {
        const answer = await this.#authorizer.authorize(attributes, under)
        if (answer.decision === 'Allow') return
        reason = answer.reason ?? ''
      } catch {
        // Who cannot be asked has not allowed.
      }
      throw forbidden(attributes, reason)
    }
    if (mode !== '') await check({ ...request, user, verb: `impersonate-on:${mode}:${request.verb}` })
    for (const attributes of questions(mode, wanted, user)) await check(attributes)
    return actual(mode, wanted)
  }
}

/** What the requestor must be allowed, one after the other. Throws 403 for what nobody may. */
function* questions(mode: string, wanted: WantedUser, user: UserInfo): Generator<AuthorizationAttributes> {
  const verb = mode === '' ? 'impersonate' : `impersonate:${mode}`
  const ask = (group: string, what: Partial<AuthorizationAttributes>): AuthorizationAttributes => ({
    ...noAttributes,
    user,
    verb,
    group,
    version: 'v1',
    ...what,
  })
  const usersGroup = mode === '' ? '' : authenticationGroup
  const account = serviceAccountOf(wanted.name)
  const node = mode === '' ? undefined : nodeOf(wanted.name)
  if (node !== undefined) yield ask(usersGroup, { resource: 'nodes', name: mode === 'associated-node' ? '*' : node })
  else if (account) yield ask(usersGroup, { resource: 'serviceaccounts', ...account })
  else yield ask(usersGroup, { resource: 'users', name: wanted.name })
  if (wanted.uid !== '') yield ask(authenticationGroup, { resource: 'uids', name: wanted.uid })
  for (const name of wanted.groups) {
    const attributes = ask(usersGroup, { resource: 'groups', name })
    if (mode !== '' && (name === '' || name === privilegedGroup))
      throw forbidden(attributes, `impersonating the ${name || 'empty string'} group is not allowed`)
    yield attributes
  }
  for (const [subresource, values] of Object.entries(wanted.extra))
    for (const name of values) {
      const attributes = ask(authenticationGroup, { resource: 'userextras', subresource, name })
      if (mode !== '' && (subresource === '' || name === ''))
        throw forbidden(attributes, 'impersonating empty keys or values in extra is not allowed')
      yield attributes
    }
}

/** The groups that come with a name, where none were asked for. */
function actual(mode: string, wanted: WantedUser): UserInfo {
  const groups = [...wanted.groups]
  const account = serviceAccountOf(wanted.name)
  if (mode !== '' && nodeOf(wanted.name) !== undefined) groups.push(nodesGroup)
  else if (account && !groups.length)
    groups.push('system:serviceaccounts', `system:serviceaccounts:${account.namespace}`)
  const everybody = wanted.name === anonymousUser ? allUnauthenticated : allAuthenticated
  if (!groups.includes(everybody) && (everybody === allUnauthenticated || !groups.includes(allUnauthenticated)))
    groups.push(everybody)
  return { ...wanted, groups }
}

const noAttributes = {
  isResourceRequest: true,
  path: '',
  subresource: '',
  namespace: '',
  name: '',
  resource: '',
  fieldSelector: '',
  labelSelector: '',
} as const

const isNameOnly = ({ uid, groups, extra }: WantedUser): boolean =>
  uid === '' && !groups.length && !Object.keys(extra).length

const nodeOf = (name: string): string | undefined =>
  name.startsWith(nodePrefix) && name.length > nodePrefix.length ? name.slice(nodePrefix.length) : undefined

function serviceAccountOf(user: string): { readonly namespace: string; readonly name: string } | undefined {
  if (!user.startsWith(serviceAccountPrefix)) return undefined
  const [namespace = '', name = '', ...more] = user.slice(serviceAccountPrefix.length).split(':')
  return namespace !== '' && name !== '' && !more.length ? { namespace, name } : undefined
}

/** The right to be the node that one runs on holds for every node: what differs from pod to pod is not asked about. */
const withoutExtraValues = (user: UserInfo): UserInfo => ({
  ...user,
  extra: { [associatedKeys]: Object.keys(user.extra).sort() },
})
