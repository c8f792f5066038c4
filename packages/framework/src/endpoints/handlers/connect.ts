import { StatusError } from '../../meta/status.ts'
import type { Connecter } from '../../registry/rest.ts'
import { Connection } from '../connection.ts'
import type { Exchange } from '../exchange.ts'
import { forbidRedirection } from '../forbid-redirection.ts'
import { admissionAttributes } from './admission.ts'
import type { Handler } from './handler.ts'

/** A subresource that answers by itself. Source: endpoints/handlers/rest.go ConnectResource. */
export const connect: Handler = async (scope, exchange) => {
  const { context, query } = exchange
  if (query.has('dryRun')) throw StatusError.badRequest('dryRun is not supported')
  const options = scope.options?.decode(query)
  const attributes = {
    ...admissionAttributes(scope, exchange, 'CONNECT', options, undefined, false),
    kind: scope.subresource?.kind ?? scope.kind,
  }
  await scope.admission.admit(attributes, context)
  await scope.admission.validate(attributes, context)
  const connection = new Connection(exchange, pathBelow(exchange), options ?? {})
  // koa thinks that nothing is found until somebody says something else.
  exchange.response.statusCode = 200
  forbidRedirection(exchange.response)
  await (scope.target as Connecter<object>).connect(context.info.name, connection, context)
  await connection.over
}

/** What follows the subresource's name. A slash at its end is kept. */
function pathBelow({ context: { info } }: Exchange): string {
  const rest = info.parts.slice(3).join('/')
  const slash = info.path.endsWith('/') ? '/' : ''
  return rest === '' ? slash : `/${rest}${slash}`
}
