import { readFile } from 'node:fs/promises'
import { ConfigError } from './config-error.ts'

/** A client certificate and its key, PEM. */
export interface ClientCertificate {
  readonly cert: string | Buffer
  readonly key: string | Buffer
}

/** What proves to the server who asks. Asked before every request: answers come from memory while they hold. */
export interface Credentials {
  /** The value of the Authorization header. */
  authorization(): Promise<string | undefined>
  /** A certificate that is not in the kubeconfig itself. */
  certificate?(): Promise<ClientCertificate | undefined>
  /** The server answered 401 to this Authorization. True when asking again may give something else. */
  expire(refused: string | undefined): boolean
}

/** Nothing, a fixed token, or a name and a password. */
export class StaticCredentials implements Credentials {
  static readonly none = new StaticCredentials(undefined)
  readonly #header: string | undefined

  constructor(header: string | undefined) {
    this.#header = header
  }

  static bearer(token: string): StaticCredentials {
    return new StaticCredentials(`Bearer ${token}`)
  }

  static basic(username: string, password: string): StaticCredentials {
    return new StaticCredentials(`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`)
  }

  authorization(): Promise<string | undefined> {
    return Promise.resolve(this.#header)
  }

  expire(): boolean {
    return false
  }
}

/** How long a token from a file is used before the file is read again. Source: client-go transport/token_source.go. */
const rereadMs = 60_000

/** A token in a file that somebody else renews, as kubelet does with a service account's. */
export class TokenFile implements Credentials {
  readonly #path: string
  #header: string | undefined
  #readAt = -Infinity

  constructor(path: string) {
    this.#path = path
  }

  async authorization(): Promise<string | undefined> {
    if (performance.now() - this.#readAt < rereadMs) return this.#header
    try {
      const token = (await readFile(this.#path, 'utf8')).trim()
      if (token === '') throw new Error(`read empty token from file ${JSON.stringify(this.#path)}`)
      this.#header = `Bearer ${token}`
    } catch (cause) {
      // A file that is being replaced must not stop the client: the token in hand may well hold.
      if (this.#header === undefined)
        throw new ConfigError(`cannot read the token: ${(cause as Error).message}`, { cause })
    }
    this.#readAt = performance.now()
    return this.#header
  }

  expire(refused: string | undefined): boolean {
    // Requests that were under way with the old token, when another has found the new one.
    if (this.#header !== refused) return true
    const wasFresh = performance.now() - this.#readAt < 1000
    this.#readAt = -Infinity
    return !wasFresh
  }
}
