import { ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { Exchange } from './exchange.ts'

/** 304 sends nobody anywhere. */
const isRedirection = (code: number): boolean => code >= 300 && code <= 399 && code !== 304

/**
 * An answer of an author's that sends the client elsewhere is a failure: the client would take its identity along, or that of who asks for it
 * (CVE-2022-3172). The aggregation layer refuses it too. Source: apimachinery util/proxy RejectForwardingRedirects.
 */
export function forbidRedirection(response: Exchange['response']): void {
  if (response instanceof ServerResponse) {
    const writeHead = response.writeHead.bind(response) as (code: number, ...rest: unknown[]) => ServerResponse
    response.writeHead = (code: number, ...rest: unknown[]) => {
      if (!isRedirection(code)) return writeHead(code, ...rest)
      response.removeHeader('location')
      return writeHead(500)
    }
    return
  }
  const stream: ServerHttp2Stream = response.stream
  const respond = stream.respond.bind(stream)
  stream.respond = (headers, options) => {
    if (!isRedirection(Number((headers as Record<string, unknown> | undefined)?.[':status']))) {
      respond(headers, options)
      return
    }
    const { location: _, ...others } = headers as Record<string, string>
    respond({ ...others, ':status': 500 }, options)
  }
}
