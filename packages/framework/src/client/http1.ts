import { request as httpRequest, type ClientRequest, type OutgoingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { TLSSocket } from 'node:tls'
import type { AgentPool } from './agent-pool.ts'
import { ConnectionError } from './connection-error.ts'
import { timedOut, whenAborted, type Exchange, type Sent } from './exchange.ts'
import type { WriteGuard } from './write-guard.ts'

/** Sends over a connection of its own, out of the pool. */
export async function sendHttp1(base: URL, pool: AgentPool, exchange: Exchange): Promise<Sent> {
  const { method, path, headers, body, timeoutMs, signals, guard } = exchange
  const options = {
    agent: await pool.agent(),
    protocol: base.protocol,
    hostname: base.hostname.replace(/^\[|\]$/g, ''),
    port: base.port,
    method,
    path,
    headers: headers as OutgoingHttpHeaders,
  }
  return new Promise((resolve) => {
    const request = (base.protocol === 'https:' ? httpsRequest : httpRequest)(options)
    const forget = whenAborted(signals, () => void request.destroy())
    const timer = setTimeout(() => request.destroy(timedOut()), timeoutMs)
    request.on('response', (response) => {
      clearTimeout(timer)
      const { statusCode = 0 } = response
      const destroy = (error?: Error): void => void response.destroy(error)
      resolve({ answer: { statusCode, headers: response.headers, body: response, destroy } })
    })
    request.on('error', (cause) => {
      const error = new ConnectionError(`${method} ${base.host}: ${cause.message}`, { cause })
      // A kept-alive connection may be closed by the server just as a request leaves.
      resolve({ error, retry: request.reusedSocket && error.code === 'ECONNRESET' ? 'reads' : 'never' })
    })
    request.on('close', () => {
      clearTimeout(timer)
      forget()
    })
    if (guard) whenConnected(request, () => endGuarded(request, body, guard))
    else request.end(body)
  })
}

/** Between the check and the bytes there may be no wait, in which the process could be stopped: connect first. */
function whenConnected(request: ClientRequest, then: () => void): void {
  request.once('socket', (socket) => {
    if (socket.connecting) socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', then)
    else then()
  })
}

function endGuarded(request: ClientRequest, body: string | Buffer | undefined, guard: WriteGuard): void {
  try {
    guard.check()
    request.end(body)
  } catch (error) {
    request.destroy(error as Error)
  }
}
