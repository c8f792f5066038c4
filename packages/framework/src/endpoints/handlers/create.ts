import type { KubeObject } from '../../meta/object.ts'
import { refuseResourceVersion, wipeSystemMetadata } from '../../registry/metadata-rules.ts'
import type { Creater } from '../../registry/rest.ts'
import { decodeWriteQuery } from '../options/write-options.ts'
import { renderObject } from '../render.ts'
import { respond } from '../respond.ts'
import { decodedBody } from './decoded-body.ts'
import { writeChecks } from './admission.ts'
import type { Handler } from './handler.ts'
import { IncomingWrite } from './incoming.ts'
import { renderingOf } from './negotiation.ts'

/** POST to a collection. Source: endpoints/handlers/create.go. */
export const create: Handler = async (scope, exchange) => {
  const { context, query } = exchange
  const rendering = renderingOf(exchange, { object: scope })
  const write = new IncomingWrite(scope, exchange, decodeWriteQuery(query, 'CreateOptions'))
  const { object, warnings } = await decodedBody(scope, exchange, write.query.fieldValidation)
  write.warn(warnings)
  write.settleNamespace(object)
  refuseResourceVersion(object)
  wipeSystemMetadata(object)
  write.dedupOwners(object)
  const tracked = write.track(undefined, object)
  const answer = await (scope.target as Creater<KubeObject>).create(await write.submit(tracked, undefined), context, {
    dryRun: write.query.dryRun,
    owned: true,
    checks: writeChecks(scope, exchange, 'CREATE', write.query.dryRun),
  })
  respond(exchange, 201, rendering.negotiated.contentType, renderObject(scope, answer, rendering))
}
