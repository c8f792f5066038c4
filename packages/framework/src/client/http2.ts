import { constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import { ConnectionError } from './connection-error.ts'
import { timedOut, whenAborted, type Answer, type Exchange, type Sent } from './exchange.ts'

/** Sends as one stream of a session that others use too. `onSilence` is told when no answer came in time. */
export function sendHttp2(
  base: URL,
  session: ClientHttp2Session,
  exchange: Exchange,
  onSilence: () => void,
): Promise<Sent> {
  const { method, path, headers, body, timeoutMs, signals } = exchange
  return new Promise((resolve) => {
    const fail = (cause: Error, retry: 'never' | 'reads' | 'always'): void => {
      const error = new ConnectionError(`${method} ${base.host}: ${cause.message}`, { cause })
      resolve({ error, retry })
    }
    let stream: ClientHttp2Stream
    try {
      const fields = { ...headers, ':method': method, ':path': path, ':authority': base.host, ':scheme': 'https' }
      stream = session.request(fields, { endStream: body === undefined })
    } catch (cause) {
      // The session was about to end: nothing has been sent.
      fail(cause as Error, 'always')
      return
    }
    let late = false
    let answered = false
    const forget = whenAborted(signals, () => stream.close(constants.NGHTTP2_CANCEL))
    const timer = setTimeout(() => {
      late = true
      onSilence()
      stream.close(constants.NGHTTP2_CANCEL)
    }, timeoutMs)
    stream.on('response', (fields) => {
      clearTimeout(timer)
      answered = true
      const { ':status': statusCode = 0, ...rest } = fields
      resolve({ answer: answerOf(stream, statusCode, rest) })
    })
    let failure: Error | undefined
    stream.on('error', (error: Error) => (failure = error))
    stream.on('close', () => {
      clearTimeout(timer)
      forget()
      if (answered) return
      if (late) fail(timedOut(), 'never')
      else if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) fail(failure ?? reset(stream), 'always')
      else fail(failure ?? reset(stream), session.closed || session.destroyed ? 'reads' : 'never')
    })
    if (body !== undefined) stream.end(body)
  })
}

function answerOf(stream: ClientHttp2Stream, statusCode: number, headers: Answer['headers']): Answer {
  let failure: Error | undefined
  return {
    statusCode,
    headers,
    body: chunksOf(stream, () => failure),
    destroy: (error) => {
      failure = error
      stream.close(constants.NGHTTP2_CANCEL)
      stream.destroy()
    },
  }
}

/** A stream that was reset ends for its reader like one that is complete: only its code tells. */
async function* chunksOf(
  stream: ClientHttp2Stream,
  failure: () => Error | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  let complete = false
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk
    complete = true
  } catch (error) {
    throw failure() ?? error
  } finally {
    if (!complete) stream.close(constants.NGHTTP2_CANCEL)
  }
  const error = failure()
  if (error) throw error
  if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) throw reset(stream)
}

const reset = ({ rstCode }: ClientHttp2Stream): Error =>
  Object.assign(new Error(`the stream was reset with code ${String(rstCode)}`), { code: 'ECONNRESET' })
