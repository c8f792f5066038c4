import { randomUUID } from 'node:crypto'
import type { Filter } from '../request-state.ts'

const maxLength = 64

/** Every answer names its request, by the client's own word where it has one. Source: endpoints/filters/audit_init.go. */
export const auditId: Filter = (ctx, next) => {
  const given = ctx.req.headers['audit-id']
  const id = typeof given === 'string' && given !== '' && given.length <= maxLength ? given : randomUUID()
  ctx.res.setHeader('audit-id', id)
  return next()
}
