import { StatusError } from '../../meta/status.ts'
import { cloneObject, type KubeObject } from '../../meta/object.ts'
import type { Updater } from '../../registry/rest.ts'
import { stringify } from '../../util/json.ts'
import { readBody, readText } from '../body.ts'
import { decodeCbor } from '../negotiation/cbor.ts'
import { patchMediaType } from '../negotiation/content-type.ts'
import { decodeWriteQuery } from '../options/write-options.ts'
import { renderObject } from '../render.ts'
import { respond } from '../respond.ts'
import { writeChecks } from './admission.ts'
import { createOnUpdateChecks } from './create-on-update.ts'
import { applier } from './apply.ts'
import type { Exchange } from '../exchange.ts'
import type { RequestScope } from '../scope.ts'
import type { Handler } from './handler.ts'
import { IncomingWrite } from './incoming.ts'
import { renderingOf } from './negotiation.ts'
import { patcher } from './patcher.ts'
import { mayStay, unchangedApplies } from './unchanged-applies.ts'

/**
 * Makes the object that a patch means out of the live one, both in the request's version, with its managed fields. The live one itself where nothing
 * changes.
 */
export type Patcher = (live: KubeObject | undefined) => KubeObject

/** Media types that PATCH takes. */
export const patchTypesOf = ({ installed }: RequestScope, { cbor }: Exchange): readonly string[] =>
  cbor ? [...installed.patchTypes, 'application/apply-patch+cbor'] : installed.patchTypes

/** PATCH in all its types. Source: endpoints/handlers/patch.go. */
export const patch: Handler = async (scope, exchange) => {
  const { context, query, request } = exchange
  const rendering = renderingOf(exchange, { object: scope })
  const mediaType = patchMediaType(request.headers['content-type'], patchTypesOf(scope, exchange))
  const isCborApply = mediaType === 'application/apply-patch+cbor'
  const isApply = isCborApply || mediaType === 'application/apply-patch+yaml'
  const write = new IncomingWrite(scope, exchange, decodeWriteQuery(query, 'PatchOptions', isApply))
  const body = isCborApply ? stringify(decodeCbor(await readBody(exchange))) : await readText(exchange)
  const make = isApply ? applier(write, body) : patcher(write, mediaType, body)
  const { dryRun } = write.query
  const repeats = isApply && mayStay(scope) ? unchangedApplies(scope) : undefined
  const warned = context.warnings.headers().length
  const result = await (scope.target as Updater<KubeObject>).update(
    context.info.name,
    async (current) => {
      if (!current && (!isApply || scope.subresource))
        throw StatusError.notFound(scope.groupResource, context.info.name)
      if (current && repeats?.has(write, current, body)) return current
      const live = current && scope.toVersion(current)
      const made = make(live)
      const object = await write.submit(made === live ? cloneObject(made) : made, live, isApply && made !== live)
      // It has passed every check, and nobody had anything to say of it.
      if (current && made === live && context.warnings.headers().length === warned) repeats?.add(write, current, body)
      return object
    },
    context,
    {
      dryRun,
      owned: true,
      forceAllowCreate: isApply && !scope.subresource,
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
