import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

const codes: ReadonlyMap<string, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
])

/** Answers what is no request of HTTP/1.1, as Go's server does: with its status, and nothing else. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
  const { code: failure = '' } = error
  // What failed before HTTP (a handshake) cannot be answered.
  if (!socket.writable || !(failure.startsWith('HPE_') || failure.startsWith('ERR_HTTP_'))) {
    socket.destroy()
    return
  }
  const code = codes.get(failure) ?? 400
  const text = `${String(code)} ${STATUS_CODES[code] ?? ''}`
  socket.end(`HTTP/1.1 ${text}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${text}`, () => {
    socket.destroy()
  })
}
