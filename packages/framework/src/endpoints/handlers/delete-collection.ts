import type { KubeObject } from '../../meta/object.ts'
import type { CollectionDeleter } from '../../registry/rest.ts'
import { decodeListOptions } from '../options/list-options.ts'
import { renderList } from '../render.ts'
import { respond } from '../respond.ts'
import { deleteCheck, deleteOptionsOf } from './delete.ts'
import { knownFields } from './field-labels.ts'
import type { Handler } from './handler.ts'
import { renderingOf } from './negotiation.ts'

/** DELETE of a collection: the list options choose, the answer is the list as it was. Source: endpoints/handlers/delete.go DeleteCollection. */
export const deleteCollection: Handler = async (scope, exchange) => {
  const rendering = renderingOf(exchange)
  const { context, query } = exchange
  const list = { fieldsOf: (o: KubeObject) => scope.fieldsOf(scope.toVersion(o)), ...decodeListOptions(query, false) }
  knownFields(scope, list.fieldSelector)
  const options = await deleteOptionsOf(scope, exchange)
  const target = scope.target as CollectionDeleter<KubeObject>
  const deleted = await target.deleteCollection(list, context, options, deleteCheck(scope, exchange, options))
  respond(exchange, 200, rendering.negotiated.contentType, renderList(scope, deleted, rendering))
}
