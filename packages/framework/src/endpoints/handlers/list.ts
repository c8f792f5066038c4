import type { KubeObject } from '../../meta/object.ts'
import { matchesSelectors } from '../../registry/predicate.ts'
import type { Lister, List } from '../../registry/rest.ts'
import { decodeListOptions } from '../options/list-options.ts'
import { renderList } from '../render.ts'
import { respond } from '../respond.ts'
import { knownFields } from './field-labels.ts'
import type { Handler } from './handler.ts'
import { renderingOf } from './negotiation.ts'

/** GET of a collection. Source: endpoints/handlers/get.go ListResource. */
export const list: Handler = async (scope, exchange) => {
  const rendering = renderingOf(exchange)
  const { context, query } = exchange
  const options = {
    fieldsOf: (o: KubeObject) => scope.fieldsOf(scope.toVersion(o)),
    ...decodeListOptions(query, false),
  }
  knownFields(scope, options.fieldSelector)
  const answer = await (scope.target as Lister<KubeObject>).list(options, context)
  // A bare array is what the author has; which of it is wanted is our part.
  const found: List<KubeObject> = isList(answer)
    ? answer
    : {
        metadata: {},
        items: answer.filter((o) =>
          matchesSelectors(o, options.labelSelector, options.fieldSelector, options.fieldsOf),
        ),
      }
  respond(exchange, 200, rendering.negotiated.contentType, renderList(scope, found, rendering))
}

const isList = (answer: List<KubeObject> | readonly KubeObject[]): answer is List<KubeObject> => !Array.isArray(answer)
