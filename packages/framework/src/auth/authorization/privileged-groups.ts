import {
  allow,
  noOpinion,
  type AuthorizationAttributes,
  type AuthorizationDecision,
  type Authorizer,
} from './authorizer.ts'

/** Members of these groups may do everything. Usually first in the union, and with `system:masters` alone. */
export class PrivilegedGroups implements Authorizer {
  readonly #groups: readonly string[]

  constructor(...groups: readonly string[]) {
    this.#groups = groups
  }

  authorize({ user }: AuthorizationAttributes): Promise<AuthorizationDecision> {
    return Promise.resolve(user.groups.some((group) => this.#groups.includes(group)) ? allow : noOpinion)
  }
}
