import type { Filter } from '../request-state.ts'

/** Source: endpoints/filters/cachecontrol.go. */
export const cacheControl: Filter = (ctx, next) => {
  ctx.res.setHeader('cache-control', 'no-cache, private')
  return next()
}
