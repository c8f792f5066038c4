import type { Filter } from '../request-state.ts'

/** Tells browsers to come by HTTPS alone. Source: server/filters/hsts.go. */
export const hsts =
  (directives: readonly string[]): Filter =>
  (ctx, next) => {
    ctx.res.setHeader('strict-transport-security', directives.join('; '))
    return next()
  }
