import { StatusError } from '../../meta/status.ts'
import type { Getter } from '../../registry/rest.ts'
import type { KubeObject } from '../../meta/object.ts'
import { renderObject } from '../render.ts'
import { respond } from '../respond.ts'
import type { Handler } from './handler.ts'
import { renderingOf } from './negotiation.ts'

/** GET of one object. Source: endpoints/handlers/get.go. */
export const get: Handler = async (scope, exchange) => {
  const rendering = renderingOf(exchange, { object: scope })
  const { context, query } = exchange
  if (goTrue.has(query.get('export') ?? ''))
    throw StatusError.badRequest('the export parameter, deprecated since v1.14, is no longer supported')
  const resourceVersion = query.get('resourceVersion') ?? ''
  const answer = await (scope.target as Getter<KubeObject>).get(context.info.name, context, { resourceVersion })
  if (answer === undefined) throw StatusError.notFound(scope.groupResource, context.info.name)
  respond(exchange, 200, rendering.negotiated.contentType, renderObject(scope, answer, rendering))
}

/** What strconv.ParseBool takes for true. */
const goTrue: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])
