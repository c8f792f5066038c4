import type { Exchange } from '../exchange.ts'
import { sendNotModified, sendPrepared, type PreparedBody } from '../discovery/prepared-body.ts'

export interface Content {
  readonly contentType: string
  readonly body: PreparedBody
  /** With its quotes. */
  readonly etag: string
  readonly lastModified: Date
}

/**
 * Answers with a body, or that the client has it already, by the rules of If-None-Match and If-Modified-Since. Compresses
 * it where the client takes gzip. Source: net/http ServeContent, without ranges.
 */
export function serveContent(exchange: Exchange, { contentType, body, etag, lastModified }: Content): void {
  const { request, response } = exchange
  response.setHeader('etag', etag)
  response.setHeader('last-modified', lastModified.toUTCString())
  const { 'if-none-match': tags, 'if-modified-since': since } = request.headers
  const reading = request.method === 'GET' || request.method === 'HEAD'
  if (tags !== undefined) {
    if (names(tags, etag)) {
      if (reading) sendNotModified(exchange)
      else sendPreconditionFailed(exchange)
      return
    }
  } else if (reading && since !== undefined && isUnchanged(since, lastModified)) {
    sendNotModified(exchange)
    return
  }
  sendPrepared(exchange, contentType, body, takesGzip(request.headers['accept-encoding']))
}

/** Whether a list of entity tags names this one; weak comparison. */
function names(tags: string, etag: string): boolean {
  if (tags.trim() === '*') return true
  return (tags.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => tag.replace(/^W\//, '') === etag)
}

function isUnchanged(since: string, lastModified: Date): boolean {
  const time = Date.parse(since)
  return !Number.isNaN(time) && Math.floor(lastModified.getTime() / 1000) * 1000 <= time
}

function sendPreconditionFailed({ response }: Exchange): void {
  response.statusCode = 412
  response.end()
}

/** Whether gzip is among the encodings, with a weight above 0. */
function takesGzip(header: string | string[] | undefined): boolean {
  if (typeof header !== 'string') return false
  return header.split(',').some((token) => {
    const [name = '', ...settings] = token.split(';').map((part) => part.trim().toLowerCase())
    if (name !== 'gzip') return false
    const weight = settings.find((s) => s.startsWith('q='))
    return weight === undefined || Number(weight.slice(2)) > 0
  })
}
