import type { ServerRequest } from '../../request/header-lines.ts'
import {
  allAuthenticated,
  allUnauthenticated,
  anonymousUser,
  type AuthenticationResponse,
  type Authenticator,
} from './authenticator.ts'

/** Adds the group `system:authenticated` to whomever its member knows. Source: authentication/group/authenticated_group_adder.go. */
export class AuthenticatedGroupAdder implements Authenticator {
  readonly name = 'authenticated-group'
  readonly #member: Authenticator
  /** Identities are worked out once and handed out often; so are their copies with the group. */
  readonly #extended = new WeakMap<AuthenticationResponse, AuthenticationResponse>()

  constructor(member: Authenticator) {
    this.#member = member
  }

  async authenticate(request: ServerRequest): Promise<AuthenticationResponse | undefined> {
    const response = await this.#member.authenticate(request)
    if (!response) return undefined
    const { user } = response
    const { groups } = user
    if (user.name === anonymousUser || groups.includes(allAuthenticated) || groups.includes(allUnauthenticated))
      return response
    let extended = this.#extended.get(response)
    if (!extended) {
      extended = { user: { ...user, groups: [...groups, allAuthenticated] } }
      this.#extended.set(response, extended)
    }
    return extended
  }
}
