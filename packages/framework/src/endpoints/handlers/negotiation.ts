import { negotiate } from '../negotiation/accept.ts'
import { wantsPretty } from '../negotiation/pretty.ts'
import { includeObjectOf } from '../negotiation/table.ts'
import type { Exchange } from '../exchange.ts'
import type { Rendering } from '../render.ts'
import type { RequestScope } from '../scope.ts'

/**
 * How the answer must look; throws 406 before anything is done, and 400 for a bad includeObject where a Table is asked. `object` says that one object
 * of the endpoint's kind is the answer, which may have a protobuf form.
 */
export function renderingOf(
  { request, query, cbor }: Exchange,
  { object, stream = false }: { readonly object?: RequestScope; readonly stream?: boolean } = {},
): Rendering {
  const protobufForObject = object?.hasProtobufForm ?? false
  const negotiated = negotiate(request.headers.accept, { allowConversions: true, stream, protobufForObject, cbor })
  return {
    negotiated,
    pretty: !stream && wantsPretty(query.get('pretty'), request.headers['user-agent']),
    includeObject: negotiated.convert?.kind === 'Table' ? includeObjectOf(query.get('includeObject')) : 'Metadata',
  }
}

/** A rendering without Table and the like: for the Status that a deletion answers. */
export const plain = (rendering: Rendering): Rendering => ({
  ...rendering,
  negotiated: { ...rendering.negotiated, convert: undefined },
})
