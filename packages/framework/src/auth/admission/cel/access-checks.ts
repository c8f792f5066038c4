import { Interruption } from '../../../schema/cel/cel-error.ts'
import type {
  Abortable,
  AuthorizationAttributes,
  AuthorizationDecision,
  Authorizer,
} from '../../authorization/authorizer.ts'

/** A decision, or why there is none. */
export interface AccessDecision extends AuthorizationDecision {
  readonly error?: string
}

/** An expression asks what has to be asked elsewhere first: it is evaluated anew once that is known. */
export class PendingCheck extends Interruption {
  override readonly name = 'PendingCheck'
  readonly attributes: AuthorizationAttributes

  constructor(attributes: AuthorizationAttributes) {
    super('an access check is not answered yet')
    this.attributes = attributes
  }
}

/** What the expressions of one write have asked the authorizer: each question once. Source: admission/plugin/authorizer. */
export class AccessChecks {
  readonly #authorizer: Authorizer
  readonly #request: Abortable
  readonly #known = new Map<string, AccessDecision>()

  constructor(authorizer: Authorizer, request: Abortable) {
    this.#authorizer = authorizer
    this.#request = request
  }

  /** Throws a {@link PendingCheck} for what was not asked yet. */
  decision(attributes: AuthorizationAttributes): AccessDecision {
    const known = this.#known.get(JSON.stringify(attributes))
    if (!known) throw new PendingCheck(attributes)
    return known
  }

  async settle({ attributes }: PendingCheck): Promise<void> {
    this.#known.set(JSON.stringify(attributes), await this.#ask(attributes))
  }

  async #ask(attributes: AuthorizationAttributes): Promise<AccessDecision> {
    try {
      return await this.#authorizer.authorize(attributes, this.#request)
    } catch (error) {
      return { decision: 'NoOpinion', error: error instanceof Error ? error.message : String(error) }
    }
  }
}
