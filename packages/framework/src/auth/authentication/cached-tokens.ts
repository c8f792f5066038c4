import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { AuthenticationResponse, TokenAuthenticator } from './authenticator.ts'

interface Known {
  readonly response: AuthenticationResponse | undefined
}

const maxTokens = 4096

/**
 * Remembers what a token authenticator said, also that nobody has the token, but not failures. Who asks for a token that is being looked up
 * waits for that answer. Source: authentication/token/cache.
 */
export class CachedTokens implements TokenAuthenticator {
  readonly #tokens: TokenAuthenticator
  readonly #known: LRUCache<string, Known> | undefined
  readonly #underWay = new Map<string, Promise<AuthenticationResponse | undefined>>()
  /** Tokens are kept as keyed hashes: they cannot be read out of memory, nor collide by design. */
  readonly #secret = randomBytes(32)

  /** `ttlMs` 0: nothing is remembered. */
  constructor(tokens: TokenAuthenticator, ttlMs: number) {
    this.#tokens = tokens
    this.#known = ttlMs > 0 ? new LRUCache({ max: maxTokens, ttl: ttlMs }) : undefined
  }

  authenticateToken(token: string): Promise<AuthenticationResponse | undefined> {
    const key = createHmac('sha256', this.#secret).update(token).digest('base64')
    const known = this.#known?.get(key)
    if (known) return Promise.resolve(known.response)
    let lookup = this.#underWay.get(key)
    if (!lookup) {
      lookup = this.#lookUp(key, token).finally(() => this.#underWay.delete(key))
      this.#underWay.set(key, lookup)
    }
    return lookup
  }

  async #lookUp(key: string, token: string): Promise<AuthenticationResponse | undefined> {
    const response = await this.#tokens.authenticateToken(token)
    this.#known?.set(key, { response })
    return response
  }
}
