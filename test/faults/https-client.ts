import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import type { IncomingMessage } from 'node:http'

export interface Answer {
  readonly code: number
  readonly body: unknown
}

/** The administrator, over connections of its own. */
export class HttpsClient {
  readonly #url: string
  readonly #agent: Agent

  constructor(url: string, { cert, key, ca }: { cert: string; key: string; ca: string }) {
    this.#url = url
    const [certPem, keyPem, caPem] = [cert, key, ca].map((path) => readFileSync(path))
    this.#agent = new Agent({ keepAlive: true, cert: certPem, key: keyPem, ca: caPem })
  }

  /** undefined: no whole answer came. */
  send(method: string, path: string, body?: unknown): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      const text = body === undefined ? undefined : JSON.stringify(body)
      // Node gives the body of a DELETE no length by itself
      const headers =
        text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
      const outgoing = request(
        `${this.#url}${path}`,
        { method, headers, agent: this.#agent, timeout: 10_000 },
        (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('close', () => {
            if (!answer.complete) resolve(undefined)
            else
              resolve({ code: answer.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) as unknown })
          })
          answer.on('error', () => undefined)
        },
      )
      outgoing.on('timeout', () => outgoing.destroy())
      outgoing.on('error', () => {
        resolve(undefined)
      })
      outgoing.end(text)
    })
  }

  /** An answer without an end. undefined: none came. */
  open(path: string, signal: AbortSignal): Promise<IncomingMessage | undefined> {
    return new Promise((resolve) => {
      const outgoing = request(`${this.#url}${path}`, { agent: this.#agent, signal }, (answer) => {
        answer.on('error', () => undefined)
        resolve(answer)
      })
      outgoing.on('error', () => {
        resolve(undefined)
      })
      outgoing.end()
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
