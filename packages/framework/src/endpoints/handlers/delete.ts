import type { Status } from '../../meta/status.ts'
import type { KubeObject } from '../../meta/object.ts'
import type { DeleteCheck, DeleteOptions, Deleter } from '../../registry/rest.ts'
import { readBody } from '../body.ts'
import type { Exchange } from '../exchange.ts'
import { bodyMediaType } from '../negotiation/content-type.ts'
import { decodeDeleteOptions } from '../options/delete-options.ts'
import { deleteOptions } from '../options/operation-options.ts'
import { renderObject, renderStatus } from '../render.ts'
import { respond } from '../respond.ts'
import type { RequestScope } from '../scope.ts'
import { admissionAttributes } from './admission.ts'
import type { Handler } from './handler.ts'
import { plain, renderingOf } from './negotiation.ts'

/** Body first: any body makes the query's options be ignored. */
export async function deleteOptionsOf(scope: RequestScope, exchange: Exchange): Promise<DeleteOptions> {
  const body = await readBody(exchange)
  const header = exchange.request.headers['content-type']
  const mediaType = body.length ? bodyMediaType(header, exchange.cbor) : 'application/json'
  return decodeDeleteOptions(exchange.query, body, mediaType)
}

/** Admission of one deletion: mutating plugins may refuse, but there is nothing to change. */
export function deleteCheck(scope: RequestScope, exchange: Exchange, options: DeleteOptions): DeleteCheck<KubeObject> {
  return async (object) => {
    const { admission } = scope
    if (!admission.mutates('DELETE') && !admission.validates('DELETE')) return
    const attributes = {
      ...admissionAttributes(
        scope,
        exchange,
        'DELETE',
        undefined,
        scope.toVersion(object),
        options.dryRun,
        deleteOptions(options),
      ),
      name: object.metadata.name ?? '',
      namespace: object.metadata.namespace ?? '',
    }
    await admission.admit(attributes, exchange.context)
    await admission.validate(attributes, exchange.context)
  }
}

/** DELETE of one object. Source: endpoints/handlers/delete.go. */
export const remove: Handler = async (scope, exchange) => {
  const { context } = exchange
  const rendering = renderingOf(exchange)
  const options = await deleteOptionsOf(scope, exchange)
  const { name } = context.info
  const check = deleteCheck(scope, exchange, options)
  const { object, deleted } = await (scope.target as Deleter<KubeObject>).delete(name, context, options, check)
  const { contentType } = rendering.negotiated
  if (deleted) {
    respond(
      exchange,
      200,
      contentType,
      renderStatus(deletedStatus(scope, 'bytes' in object ? object.object : object), plain(rendering)),
    )
    return
  }
  // Only the deprecated option says that the rest goes on behind the answer.
  respond(exchange, options.orphanDependents === false ? 202 : 200, contentType, renderObject(scope, object, rendering))
}

function deletedStatus(scope: RequestScope, object: KubeObject): Status {
  const { group, resource } = scope.groupResource
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: object.metadata.name,
      ...(group ? { group } : {}),
      kind: resource,
      ...(object.metadata.uid ? { uid: object.metadata.uid } : {}),
    },
  }
}
