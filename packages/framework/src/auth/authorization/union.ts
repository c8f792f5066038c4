import {
  noOpinion,
  type Abortable,
  type AuthorizationAttributes,
  type AuthorizationDecision,
  type Authorizer,
} from './authorizer.ts'

/**
 * Asks one after the other until somebody allows or denies. When nobody does and somebody failed, the union fails. Source: authorization/union.
 */
export class UnionAuthorizer implements Authorizer {
  readonly #members: readonly Authorizer[]

  constructor(members: readonly Authorizer[]) {
    this.#members = members
  }

  async authorize(attributes: AuthorizationAttributes, request?: Abortable): Promise<AuthorizationDecision> {
    let errors: unknown[] | undefined
    let reasons: string[] | undefined
    for (const member of this.#members) {
      try {
        const answer = await member.authorize(attributes, request)
        if (answer.decision !== 'NoOpinion') return answer
        if (answer.reason) (reasons ??= []).push(answer.reason)
      } catch (error) {
        ;(errors ??= []).push(error)
      }
    }
    if (errors)
      throw new AggregateError(errors, errors.map((e) => (e instanceof Error ? e.message : String(e))).join('; '))
    return reasons ? { decision: 'NoOpinion', reason: reasons.join('\n') } : noOpinion
  }
}
