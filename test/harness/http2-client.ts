import { readFileSync } from 'node:fs'
import {
  connect,
  constants,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2'
import { once } from 'node:events'

export interface Http2Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders & IncomingHttpStatusHeader
  readonly text: string
}

/** A client that keeps one HTTP/2 connection, and makes another when it is told to go, as Go's does. */
export class Http2Client {
  readonly #url: string
  readonly #files: { readonly cert: string; readonly key: string; readonly ca: string }
  #session: Promise<ClientHttp2Session> | undefined
  #current: ClientHttp2Session | undefined
  /** How often the server told it to go. */
  goaways = 0

  constructor(url: string, files: { readonly cert: string; readonly key: string; readonly ca: string }) {
    this.#url = url
    this.#files = files
  }

  /** Rejects when there is no answer, or only half of one. A request that the server did not begin is sent again (RFC 9113 §8.7). */
  async send(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Http2Answer> {
    for (;;) {
      const session = await this.session()
      const answer = await this.#once(session, method, path, body, headers)
      if (answer) return answer
      this.#forget(session)
    }
  }

  /** The connection of now; rejects when nobody listens. */
  session(): Promise<ClientHttp2Session> {
    return (this.#session ??= this.#connect())
  }

  close(): void {
    this.#session?.then(
      (session) => {
        session.destroy()
      },
      () => undefined,
    )
  }

  async #connect(): Promise<ClientHttp2Session> {
    const { cert, key, ca } = this.#files
    const session = connect(this.#url, { cert: readFileSync(cert), key: readFileSync(key), ca: readFileSync(ca) })
    session.setMaxListeners(0)
    session.on('goaway', () => {
      this.goaways++
      this.#forget(session)
    })
    session.on('error', () => undefined)
    session.once('close', () => {
      this.#forget(session)
    })
    try {
      await once(session, 'connect')
    } catch (error) {
      this.#session = undefined
      throw error
    }
    this.#current = session
    return session
  }

  #forget(session: ClientHttp2Session): void {
    if (this.#current === session) this.#session = this.#current = undefined
  }

  /** undefined: the server did not begin it. */
  #once(
    session: ClientHttp2Session,
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<Http2Answer | undefined> {
    return new Promise((resolve, reject) => {
      if (session.closed || session.destroyed) {
        resolve(undefined)
        return
      }
      const type = body === undefined ? {} : { 'content-type': 'application/json' }
      const stream = session.request({ ':method': method, ':path': path, ...type, ...headers })
      let answered: Http2Answer['headers'] | undefined
      let text = ''
      stream.setEncoding('utf8')
      stream.on('response', (given) => (answered = given))
      stream.on('data', (chunk: string) => (text += chunk))
      stream.on('error', (error: Error & { code?: string }) => {
        if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM || error.code === 'ERR_HTTP2_GOAWAY_SESSION')
          resolve(undefined)
        else reject(error)
      })
      let ended = false
      stream.on('end', () => (ended = true))
      stream.on('close', () => {
        if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) resolve(undefined)
        else if (answered && ended) resolve({ status: answered[':status'] ?? 0, headers: answered, text })
        else reject(new Error(`${method} ${path}: the stream ended with ${String(stream.rstCode)}, without an answer`))
      })
      stream.end(body)
    })
  }
}
