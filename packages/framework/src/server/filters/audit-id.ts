import { randomUUID } from 'node:crypto'
import { headerTexts } from '../../request/header-lines.ts'
import type { Filter } from '../request-state.ts'

/** Every answer names its request, by the client's own word where it has one. Source: endpoints/filters/audit_init.go. */
export const auditId: Filter = (ctx, next) => {
  const [given = ''] = headerTexts(ctx.req, 'audit-id')
  const id = given || randomUUID()
  ctx.res.setHeader('audit-id', id)
  return next()
}
