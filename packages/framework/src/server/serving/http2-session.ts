import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'

export interface SessionLimits {
  /** How long a session may be without a stream. Frames that begin none do not count. */
  readonly idleMs: number
  /** How many requests may be cancelled as soon as they are sent, in the window below: more is an attack (CVE-2023-44487), or a client to be rid of. */
  readonly cancellations: number
}

const windowMs = 10_000
/** Who cancels a request later than that waited for it, or watched. */
const hastyMs = 1000

/** Ends a session of HTTP/2 that nobody uses, and tells one to go that begins requests only to cancel them. */
export function superviseSession(session: ServerHttp2Session, { idleMs, cancellations }: SessionLimits): void {
  let open = 0
  let cancelled = 0
  let since = 0
  const idle = setTimeout(() => {
    if (open > 0) return
    session.close()
    // What it began and did not finish (a block of headers, say) holds it no longer.
    setTimeout(() => {
      session.destroy()
    }, 1000).unref()
  }, idleMs).unref()
  session.on('stream', (stream: ServerHttp2Stream) => {
    open++
    const begin = performance.now()
    stream.once('close', () => {
      if (--open === 0) idle.refresh()
      const now = performance.now()
      if (stream.rstCode === constants.NGHTTP2_NO_ERROR || now - begin > hastyMs) return
      if (now - since > windowMs) [since, cancelled] = [now, 0]
      if (++cancelled === cancellations) session.close()
    })
  })
  session.once('close', () => {
    clearTimeout(idle)
  })
}
