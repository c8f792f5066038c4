import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { createCertificate } from '../../../server/serving/certificate-builder.ts'
import type { WebhookClientConfig } from '../configuration/registration.ts'

const dayMs = 24 * 3600 * 1000
const validity = { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + dayMs) }

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly httpVersion: string
  readonly text: string
  readonly review: { readonly request: Record<string, unknown> & { readonly uid: string } }
  readonly clientName: string | undefined
}

/** What a webhook answers: the response of the review, or a whole answer of HTTP. `undefined`: nothing, ever. */
export type Behaviour = (received: Received) => object | { readonly status: number; readonly text: string } | undefined

/** Webhooks over TLS, in this process: each path behaves as the test says. */
export class WebhookServer {
  readonly authority = createCertificate({ commonName: 'webhooks-ca', ca: {}, ...validity })
  readonly received: Received[] = []
  readonly #behaviours = new Map<string, Behaviour>()
  readonly #server: Server

  constructor() {
    const serving = createCertificate({
      commonName: 'webhooks',
      names: ['127.0.0.1', 'localhost'],
      usages: ['serverAuth'],
      issuer: this.authority,
      ...validity,
    })
    const options = { cert: serving.certificate, key: serving.key, requestCert: true, rejectUnauthorized: false }
    this.#server = createServer(options, (request, response) => {
      let text = ''
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      request.on('end', () => {
        const [path = ''] = (request.url ?? '').split('?')
        const peer = (request.socket as unknown as Pick<TLSSocket, 'getPeerCertificate'>).getPeerCertificate()
        const received: Received = {
          path: request.url ?? '',
          headers: request.headers,
          httpVersion: request.httpVersion,
          text,
          review: JSON.parse(text) as Received['review'],
          clientName: (peer as Partial<typeof peer>).subject?.CN,
        }
        this.received.push(received)
        const answer = this.#behaviours.get(path)?.(received)
        if (answer === undefined) return
        if ('text' in answer) {
          response.writeHead(answer.status, { 'content-type': 'text/plain' }).end(answer.text)
          return
        }
        const { uid } = received.review.request
        const body = { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', response: { uid, ...answer } }
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })
    })
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  on(path: string, behaviour: Behaviour): WebhookClientConfig {
    this.#behaviours.set(path, behaviour)
    return {
      url: `https://127.0.0.1:${String(this.port)}${path}`,
      caBundle: Buffer.from(this.authority.certificate).toString('base64'),
    }
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}

/** The patch of an answer, as it is sent. */
export const patchOf = (operations: unknown): { patch: string; patchType: string } => ({
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
  patchType: 'JSONPatch',
})
