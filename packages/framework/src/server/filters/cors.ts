import type { Matcher } from '../../schema/validation/reg-exp.ts'
import type { Filter } from '../request-state.ts'

const allowed = {
  'access-control-allow-methods': 'POST, GET, OPTIONS, PUT, DELETE, PATCH',
  'access-control-allow-headers':
    'Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, Authorization, X-Requested-With, If-Modified-Since',
  'access-control-expose-headers': 'Date',
  'access-control-allow-credentials': 'true',
} as const

/** Lets pages of these origins call, and answers browsers that ask beforehand. Source: server/filters/cors.go. */
export const cors =
  (origins: readonly Matcher[]): Filter =>
  (ctx, next) => {
    const { request, response } = ctx.state.exchange
    const { origin } = request.headers
    if (origin === undefined || !origins.some((matches) => matches(origin))) return next()
    response.setHeader('access-control-allow-origin', origin)
    for (const [name, value] of Object.entries(allowed)) response.setHeader(name, value)
    if (request.method !== 'OPTIONS') return next()
    response.statusCode = 204
    response.end()
    return Promise.resolve()
  }
