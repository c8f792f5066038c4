import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { AuthenticationResponse, TokenAuthenticator } from './authenticator.ts'

interface Known {
  readonly response: AuthenticationResponse | undefined
}

/** Told of who asks, and of what the one that is asked answers. */
export interface TokenObserver {
  requested(hit: boolean, seconds: number): void
  /** Somebody asks: what is returned is called when there is an answer. */
  fetching(): (ok: boolean) => void
  /** Somebody waits for an answer, whoever asked. What is returned is called when he waits no longer. */
  blocked(): () => void
}

const maxTokens = 4096

/**
 * Remembers what a token authenticator said, also that nobody has the token, but not failures. Who asks for a token that is being looked up
 * waits for that answer. Source: authentication/token/cache.
 */
export class CachedTokens implements TokenAuthenticator {
  readonly #tokens: TokenAuthenticator
  readonly #observer: TokenObserver | undefined
  readonly #known: LRUCache<string, Known> | undefined
  readonly #underWay = new Map<string, Promise<AuthenticationResponse | undefined>>()
  /** Tokens are kept as keyed hashes: they cannot be read out of memory, nor collide by design. */
  readonly #secret = randomBytes(32)

  /** `ttlMs` 0: nothing is remembered. */
  constructor(tokens: TokenAuthenticator, ttlMs: number, observer?: TokenObserver) {
    this.#tokens = tokens
    this.#observer = observer
    this.#known = ttlMs > 0 ? new LRUCache({ max: maxTokens, ttl: ttlMs }) : undefined
  }

  authenticateToken(token: string): Promise<AuthenticationResponse | undefined> {
    const key = createHmac('sha256', this.#secret).update(token).digest('base64')
    const known = this.#known?.get(key)
    if (known) {
      this.#observer?.requested(true, 0)
      return Promise.resolve(known.response)
    }
    let lookup = this.#underWay.get(key)
    if (!lookup) {
      lookup = this.#lookUp(key, token).finally(() => this.#underWay.delete(key))
      this.#underWay.set(key, lookup)
    }
    return this.#observer ? observed(this.#observer, lookup) : lookup
  }

  async #lookUp(key: string, token: string): Promise<AuthenticationResponse | undefined> {
    const ended = this.#observer?.fetching()
    try {
      const response = await this.#tokens.authenticateToken(token)
      this.#known?.set(key, { response })
      ended?.(true)
      return response
    } catch (error) {
      ended?.(false)
      throw error
    }
  }
}

async function observed<T>(observer: TokenObserver, lookup: Promise<T>): Promise<T> {
  const begin = performance.now()
  const released = observer.blocked()
  try {
    return await lookup
  } finally {
    released()
    observer.requested(false, (performance.now() - begin) / 1000)
  }
}
