import { attributesOf, type Authorizer } from '../../auth/authorization/authorizer.ts'
import { Impersonation, type WantedUser } from '../../auth/authorization/impersonation.ts'
import { writeError } from '../../endpoints/write-error.ts'
import { StatusError } from '../../meta/status.ts'
import {
  decodeHeaderKey,
  headerLines,
  headersWithPrefix,
  removeHeaders,
  type ServerRequest,
} from '../../request/header-lines.ts'
import { setOwn } from '../../util/json.ts'
import type { Filter } from '../request-state.ts'

const prefix = 'impersonate-'

/** Lets somebody act as somebody else who is allowed to. Source: endpoints/filters/impersonation/constrained_impersonation.go. */
export const impersonation = (authorizer: Authorizer): Filter => {
  const rights = new Impersonation(authorizer)
  return async (ctx, next) => {
    const { exchange } = ctx.state
    const { context, request } = exchange
    try {
      const wanted = wantedUser(request)
      if (wanted) {
        const user = await rights.check(wanted, attributesOf(context.user, context.info), context)
        context.impersonator = context.user
        context.user = user
        removeHeaders(request, (name) => name.startsWith(prefix))
      }
    } catch (error) {
      writeError(exchange, error)
      return
    }
    await next()
  }
}

/** undefined: nobody else. Throws 400 when it is said what to be, but not who. */
function wantedUser(request: ServerRequest): WantedUser | undefined {
  if (!request.rawHeaders.some((name, i) => i % 2 === 0 && name.toLowerCase().startsWith(prefix))) return undefined
  const [name = ''] = headerLines(request, 'impersonate-user')
  const [uid = ''] = headerLines(request, 'impersonate-uid')
  const groups = headerLines(request, 'impersonate-group')
  const extra: Record<string, string[]> = {}
  for (const [encoded, value] of headersWithPrefix(request, 'impersonate-extra-')) {
    const key = decodeHeaderKey(encoded)
    if (Object.hasOwn(extra, key)) extra[key]?.push(value)
    else setOwn(extra, key, [value])
  }
  if (name !== '') return { name, uid, groups, extra }
  if (uid === '' && !groups.length && !Object.keys(extra).length) return undefined
  const asked = JSON.stringify({ uid, groups, extra })
  throw StatusError.badRequest(`requested ${asked} without impersonating a user name`)
}
