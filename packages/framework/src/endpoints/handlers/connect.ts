import { StatusError } from '../../meta/status.ts'
import type { Connecter } from '../../registry/rest.ts'
import { admissionAttributes } from './admission.ts'
import type { Handler } from './handler.ts'

/** A subresource that streams: it answers by itself. Source: endpoints/handlers/rest.go ConnectResource. */
export const connect: Handler = async (scope, exchange) => {
  const { context, query, request, response } = exchange
  if (query.has('dryRun')) throw StatusError.badRequest('dryRun is not supported')
  const attributes = admissionAttributes(scope, exchange, 'CONNECT', undefined, undefined, false)
  await scope.admission.admit(attributes, context)
  await scope.admission.validate(attributes, context)
  const rest = context.info.parts.slice(3).join('/')
  await (scope.target as Connecter).connect(
    context.info.name,
    { method: request.method ?? 'GET', path: rest ? `/${rest}` : '', query, request, response },
    context,
  )
}
