import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'

/**
 * Makes an answer the last on its connection: `Connection: close`, or HTTP/2's GOAWAY after it, where what is under way still comes to its end. Before
 * the headers are sent.
 */
export function sendAway(response: ServerResponse | Http2ServerResponse): void {
  if (!('stream' in response)) {
    response.shouldKeepAlive = false
    return
  }
  const { session } = response.stream
  response.once('close', () => {
    if (session && !session.closed && !session.destroyed) session.close()
  })
}
