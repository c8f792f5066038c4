import type { KubeObject } from '../../meta/object.ts'
import type { Updater } from '../../registry/rest.ts'

import { decodeWriteQuery } from '../options/write-options.ts'
import { renderObject } from '../render.ts'
import { respond } from '../respond.ts'
import { decodedBody } from './decoded-body.ts'
import { writeChecks } from './admission.ts'
import { createOnUpdateChecks } from './create-on-update.ts'
import type { Handler } from './handler.ts'
import { IncomingWrite } from './incoming.ts'
import { renderingOf } from './negotiation.ts'

/** PUT of one object. Source: endpoints/handlers/update.go. */
export const update: Handler = async (scope, exchange) => {
  const { context, query } = exchange
  const rendering = renderingOf(exchange, { object: scope })
  const write = new IncomingWrite(scope, exchange, decodeWriteQuery(query, 'UpdateOptions'))
  const { object, warnings, again } = await decodedBody(scope, exchange, write.query.fieldValidation)
  write.warn(warnings)
  write.checkName(object)
  write.dedupOwners(object)
  const { dryRun } = write.query
  let first: KubeObject | undefined = object
  const result = await (scope.target as Updater<KubeObject>).update(
    context.info.name,
    async (current) => {
      // Changed here, so that when somebody else has written in between, the body is read again.
      const candidate = first ?? again()
      if (!first) write.dedupOwners(candidate)
      first = undefined
      const live = current && scope.toVersion(current)
      return write.submit(write.track(live, candidate), live)
    },
    context,
    {
      dryRun,
      owned: true,
      uid: object.metadata.uid || undefined,
      forceAllowCreate: false,
      checks: writeChecks(scope, exchange, 'UPDATE', dryRun),
      createChecks: createOnUpdateChecks(scope, exchange, dryRun),
    },
  )
  respond(
    exchange,
    result.created ? 201 : 200,
    rendering.negotiated.contentType,
    renderObject(scope, result.object, rendering),
  )
}
