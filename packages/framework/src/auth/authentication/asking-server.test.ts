import { once } from 'node:events'
import { createSecureServer, connect, type Http2SecureServer } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { UserInfo } from '../../request/context.ts'
import { createCertificate, type CertificateAndKey } from '../../server/serving/certificate-builder.ts'
import type { Authenticator } from './authenticator.ts'

/** What came of a request: the user, nobody, or an error. */
export interface Asked {
  readonly user?: UserInfo
  readonly error?: string
}

type Headers = Readonly<Record<string, string | readonly string[]>>

/** For tests: a real TLS server that answers every request with what an authenticator says of it. */
export class AskingServer {
  readonly #server: Http2SecureServer

  private constructor(server: Http2SecureServer) {
    this.#server = server
  }

  static async start(authenticator: Authenticator, authorities: readonly string[] = []): Promise<AskingServer> {
    const { certificate, key } = createCertificate({
      commonName: 'localhost',
      names: ['localhost'],
      usages: ['serverAuth'],
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 3_600_000),
    })
    const tls = { cert: certificate, key, ca: [...authorities], requestCert: true, rejectUnauthorized: false }
    const server = createSecureServer({ ...tls, allowHTTP1: true }, (request, response) => {
      authenticator.authenticate(request).then(
        (answer) => response.end(JSON.stringify(answer ?? {})),
        (error: unknown) => response.end(JSON.stringify({ error: String(error) })),
      )
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new AskingServer(server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  close(): void {
    this.#server.close()
  }

  /** Over HTTP/1.1, on a connection of its own. */
  async ask(client: CertificateAndKey | undefined, headers: Headers = {}): Promise<Asked> {
    const outgoing = httpsRequest({
      port: this.port,
      host: '127.0.0.1',
      headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, typeof v === 'string' ? v : [...v]])),
      rejectUnauthorized: false,
      agent: false,
      ...(client ? { cert: client.certificate, key: client.key } : {}),
    })
    outgoing.end()
    const [response] = (await once(outgoing, 'response')) as [AsyncIterable<Buffer>]
    return read(response)
  }

  /** Over HTTP/2; several requests on one connection. */
  async askOverHttp2(client: CertificateAndKey | undefined, ...requests: readonly Headers[]): Promise<Asked[]> {
    const session = connect(`https://127.0.0.1:${String(this.port)}`, {
      rejectUnauthorized: false,
      ...(client ? { cert: client.certificate, key: client.key } : {}),
    })
    try {
      return await Promise.all(
        requests.map((headers) =>
          read(session.request({ ':path': '/', ...(headers as Record<string, string | string[]>) })),
        ),
      )
    } finally {
      session.close()
    }
  }
}

async function read(stream: AsyncIterable<Buffer>): Promise<Asked> {
  let text = ''
  for await (const chunk of stream) text += chunk.toString()
  return JSON.parse(text) as Asked
}
