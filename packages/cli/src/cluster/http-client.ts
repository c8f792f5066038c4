import { Agent as PlainAgent, request as plainRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'
import { UserError } from '../user-error.ts'
import type { Connection } from './connection.ts'

export type Json = Readonly<Record<string, unknown>>

export interface Asked {
  readonly body?: unknown
  /** Sent as it is. */
  readonly text?: string
  readonly contentType?: string
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
  /** How long the server may think. Default: 60 s. */
  readonly timeoutMs?: number
}

/** An answer, and what it answers. */
export interface Answer {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** `{}` where the body is no object of JSON. */
  readonly json: Json
}

/** Asks one server, over HTTP/1.1. */
export class HttpClient {
  readonly connection: Connection
  readonly #agent: Agent | PlainAgent

  constructor(connection: Connection) {
    this.connection = connection
    const { ca, cert, key, serverName, insecure = false } = connection
    this.#agent = connection.server.startsWith('http:')
      ? new PlainAgent({ keepAlive: true })
      : new Agent({
          keepAlive: true,
          rejectUnauthorized: !insecure,
          ...(ca === undefined ? {} : { ca }),
          ...(cert === undefined ? {} : { cert, key }),
          ...(serverName === undefined ? {} : { servername: serverName }),
        })
  }

  close(): void {
    this.#agent.destroy()
  }

  /** Throws a UserError where nobody answers. */
  async send(method: string, path: string, asked: Asked = {}): Promise<Answer> {
    const response = await this.open(method, path, asked, AbortSignal.timeout(asked.timeoutMs ?? 60_000))
    const body = await text(response)
    return { method, path, status: response.statusCode ?? 0, headers: response.headers, text: body, json: jsonOf(body) }
  }

  /** The answer as it begins. */
  open(method: string, path: string, asked: Asked, signal: AbortSignal): Promise<IncomingMessage> {
    const { server, token, username, password } = this.connection
    const body = asked.text ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body))
    const authorization =
      token !== undefined
        ? `Bearer ${token}`
        : username !== undefined
          ? `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`
          : undefined
    const headers = {
      accept: asked.accept ?? 'application/json',
      ...(body === undefined
        ? {}
        : {
            'content-type': asked.contentType ?? 'application/json',
            'content-length': String(Buffer.byteLength(body)),
          }),
      ...(authorization === undefined ? {} : { authorization }),
      ...asked.headers,
    }
    return new Promise((resolve, reject) => {
      const send = server.startsWith('http:') ? plainRequest : request
      const sent = send(new URL(server + path), { method, headers, agent: this.#agent, signal }, resolve)
      sent.on('error', (cause) => {
        reject(new UserError(`${method} ${server}${path} has no answer: ${cause.message || cause.name}`))
      })
      sent.end(body)
    })
  }
}

function jsonOf(body: string): Json {
  try {
    const value = JSON.parse(body) as unknown
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
  } catch {
    return {}
  }
}
