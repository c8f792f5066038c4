import { isQualifiedName } from '../../meta/names.ts'
import type { RequestContext } from '../../request/context.ts'

/** Adds to the audit event of a write. A key that is no `domain/name` is left out. Source: admission/attributes.go AddAnnotation. */
export function annotate(ctx: RequestContext, key: string, value: string, level?: 'Metadata' | 'Request'): void {
  if (ctx.annotate && key.includes('/') && isQualifiedName(key).length === 0) ctx.annotate(key, value, level)
}
