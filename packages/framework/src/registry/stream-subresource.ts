import type { KubeObject } from '../meta/object.ts'
import type { RequestContext } from '../request/context.ts'
import type { Streamer } from './rest.ts'
import { Subresource, type OptionsSchema } from './subresource.ts'

/**
 * Bytes below an object, like `pods/NAME/log`: the body of a GET, sent as it comes to be and no faster than the client takes it, or the messages of a
 * WebSocket. `ctx.signal` aborts when the client is gone. The request has no deadline. Source: registry/rest ResourceStreamer.
 */
export abstract class StreamSubresource<T extends KubeObject = KubeObject, O = object>
  extends Subresource<T>
  implements Streamer<O>
{
  abstract override readonly options: OptionsSchema<O>
  readonly contentType: string = 'application/octet-stream'

  /** undefined answers 204. What it throws is answered as a Status; what the stream throws later ends the connection. */
  abstract stream(
    name: string,
    options: O,
    ctx: RequestContext,
  ): Promise<AsyncIterable<string | Uint8Array> | undefined>
}
