import type { Next } from 'koa'
import { attributesOf, type Authorizer } from '../../auth/authorization/authorizer.ts'
import { Impersonation, type WantedUser } from '../../auth/authorization/impersonation.ts'
import { writeError } from '../../endpoints/write-error.ts'
import { StatusError } from '../../meta/status.ts'
import {
  decodeHeaderKey,
  headersWithPrefix,
  headerTexts,
  removeHeaders,
  utf8Of,
  type ServerRequest,
} from '../../request/header-lines.ts'
import { setOwn } from '../../util/json.ts'
import type { ServerMetrics } from '../metrics/server-metrics.ts'
import type { Filter, RequestState } from '../request-state.ts'

const prefix = 'impersonate-'

/** Lets somebody act as somebody else who is allowed to. Source: endpoints/filters/impersonation/constrained_impersonation.go. */
export const impersonation = (authorizer: Authorizer, metrics: ServerMetrics): Filter => {
  const rights = new Impersonation(authorizer, (mode, decision, seconds) => {
    metrics.identity.impersonation(mode, decision, seconds)
  })
  const asAnother = async (exchange: RequestState['exchange'], next: Next): Promise<void> => {
    const { context, request } = exchange
    try {
      const wanted = wantedUser(request)
      if (wanted) {
        const { user, constraint } = await rights.check(wanted, attributesOf(context.user, context.info), context)
        context.impersonator = context.user
        context.impersonationConstraint = constraint
        context.user = user
        removeHeaders(request, (name) => name.startsWith(prefix))
      }
    } catch (error) {
      exchange.response.setHeader('x-content-type-options', 'nosniff')
      writeError(exchange, error)
      return
    }
    await next()
  }
  return (ctx, next) => {
    const { exchange } = ctx.state
    return exchange.request.rawHeaders.some(isOurs) ? asAnother(exchange, next) : next()
  }
}

/** Whether this one of the raw headers, which are names and values by turns, is a name that tells of somebody else. */
const isOurs = (text: string, at: number): boolean => at % 2 === 0 && text.toLowerCase().startsWith(prefix)

/** undefined: nobody else. Throws 400 when it is said what to be, but not who. */
function wantedUser(request: ServerRequest): WantedUser | undefined {
  const [name = ''] = headerTexts(request, 'impersonate-user')
  const [uid = ''] = headerTexts(request, 'impersonate-uid')
  const groups = headerTexts(request, 'impersonate-group')
  const extra: Record<string, string[]> = {}
  for (const [encoded, value] of headersWithPrefix(request, 'impersonate-extra-')) {
    const key = decodeHeaderKey(encoded)
    if (Object.hasOwn(extra, key)) extra[key]?.push(utf8Of(value))
    else setOwn(extra, key, [utf8Of(value)])
  }
  if (name !== '') return { name, uid, groups, extra }
  if (uid === '' && !groups.length && !Object.keys(extra).length) return undefined
  throw StatusError.badRequest(`requested ${asGo({ uid, groups, extra })} without impersonating a user name`)
}

/** Kubernetes' clients see the user as Go prints it. */
function asGo({ uid, groups, extra }: Omit<WantedUser, 'name'>): string {
  const list = (texts: readonly string[]): string => `[]string{${texts.map((text) => JSON.stringify(text)).join(', ')}}`
  const keys = Object.entries(extra).sort(([a], [b]) => (a < b ? -1 : 1))
  const members = [
    'Name:""',
    `UID:${JSON.stringify(uid)}`,
    `Groups:${groups.length ? list(groups) : '[]string(nil)'}`,
    `Extra:map[string][]string${keys.length ? `{${keys.map(([key, values]) => `${JSON.stringify(key)}:${list(values)}`).join(', ')}}` : '(nil)'}`,
  ]
  return `&user.DefaultInfo{${members.join(', ')}}`
}
