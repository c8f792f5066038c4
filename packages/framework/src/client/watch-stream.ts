import type { KubeObject, ObjectMeta } from '../meta/object.ts'
import { isObject, parseJson, type JsonValue } from '../util/json.ts'
import { ConnectionError } from './connection-error.ts'
import type { Answer } from './exchange.ts'
import { errorOfStatus, isStatus } from './response-status.ts'

/** One change. Of a BOOKMARK only the metadata counts: its resourceVersion, and the annotation that ends the initial events. */
export type WatchEvent<T extends KubeObject = KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly object: { readonly metadata: ObjectMeta } }

const newline = 0x0a

/**
 * The events of a watch response, one line each. Ends when the server ends it; throws a StatusError for an
 * ERROR event and a {@link ConnectionError} when the connection breaks or a line is longer than `maxBytes`.
 * Leaving the loop destroys the response, and with it the connection.
 */
export async function* watchEvents<T extends KubeObject>(
  response: Pick<Answer, 'body'>,
  maxBytes: number,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  for await (const line of lines(response, maxBytes)) yield eventOf<T>(line)
}

async function* lines({ body }: Pick<Answer, 'body'>, maxBytes: number): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      let start = 0
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        const piece = chunk.subarray(start, end)
        const line = rest.length > 0 ? Buffer.concat([...rest, piece]) : piece
        rest = []
        size = 0
        start = end + 1
        if (line.length > 0) yield line
      }
      if (start < chunk.length) rest.push(chunk.subarray(start))
      size += chunk.length - start
      if (size > maxBytes) throw new ConnectionError(`an event is longer than ${maxBytes} bytes`, { code: 'EMSGSIZE' })
    }
  } catch (cause) {
    if (cause instanceof ConnectionError) throw cause
    throw new ConnectionError(`the watch broke off: ${(cause as Error).message}`, { cause })
  }
  // A server that ends without the last line break has still told everything.
  const last = Buffer.concat(rest)
  if (last.toString().trim() !== '') yield last
}

function eventOf<T extends KubeObject>(line: Buffer): WatchEvent<T> {
  let event: JsonValue
  try {
    event = parseJson(line)
  } catch (cause) {
    throw new ConnectionError(`unable to decode an event from the watch stream: ${(cause as Error).message}`, {
      cause,
      code: 'EPROTO',
    })
  }
  const type = isObject(event) ? event['type'] : undefined
  const object = isObject(event) ? event['object'] : undefined
  if (type === 'ERROR' && isStatus(object)) throw errorOfStatus(object)
  if (
    isObject(object) &&
    isObject(object['metadata']) &&
    (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK')
  )
    return { type, object: object as unknown as T }
  throw new ConnectionError(`the watch stream holds what is no event: ${line.toString('utf8', 0, 200)}`, {
    code: 'EPROTO',
  })
}
