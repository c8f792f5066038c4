import type { UserInfo } from '../../request/context.ts'
import type { ServerRequest } from '../../request/header-lines.ts'

/** Who sent a request. */
export interface AuthenticationResponse {
  readonly user: UserInfo
}

/**
 * Says who sent a request. undefined is no opinion (nothing of its kind was presented); throwing means that what was presented is no good.
 * Source: authentication/authenticator/interfaces.go.
 */
export interface Authenticator {
  readonly name: string
  authenticate(request: ServerRequest): Promise<AuthenticationResponse | undefined>
}

/** The same for a token by itself. */
export interface TokenAuthenticator {
  authenticateToken(token: string): Promise<AuthenticationResponse | undefined>
}

export const anonymousUser = 'system:anonymous'
export const allAuthenticated = 'system:authenticated'
export const allUnauthenticated = 'system:unauthenticated'
export const privilegedGroup = 'system:masters'

export const isAnonymous = ({ name, groups }: UserInfo): boolean =>
  name === anonymousUser || groups.includes(allUnauthenticated)
