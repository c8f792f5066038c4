import { headerLines, type ServerRequest } from '../../request/header-lines.ts'
import type { AuthenticationResponse, Authenticator, TokenAuthenticator } from './authenticator.ts'

/**
 * `Authorization: Bearer TOKEN`. A token that nobody knows is an error, so that it is never anonymous; other schemes are no opinion.
 * Source: authentication/request/bearertoken.
 */
export class BearerTokenAuthenticator implements Authenticator {
  readonly name = 'bearer-token'
  readonly #tokens: TokenAuthenticator

  constructor(tokens: TokenAuthenticator) {
    this.#tokens = tokens
  }

  async authenticate(request: ServerRequest): Promise<AuthenticationResponse | undefined> {
    const token = bearerToken(headerLines(request, 'authorization')[0] ?? '')
    if (token === '') return undefined
    const response = await this.#tokens.authenticateToken(token)
    if (!response) throw new Error('invalid bearer token')
    return response
  }
}

/** '' where there is no bearer token. */
export function bearerToken(authorization: string): string {
  const [scheme = '', token = ''] = authorization.trim().split(' ')
  return scheme.toLowerCase() === 'bearer' ? token : ''
}
