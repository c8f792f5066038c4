import { StatusError } from '../../../meta/status.ts'
import type { RequestContext } from '../../../request/context.ts'
import type { Authorizer } from '../../authorization/authorizer.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import { AccessChecks } from '../cel/access-checks.ts'
import { Activation } from '../cel/activation.ts'
import { MatchConditionError, MatchConditions } from '../cel/match-conditions.ts'
import type { Webhook } from '../configuration/registration.ts'
import { matchedResource } from '../matching/rules.ts'
import { Selectors, type NamespaceObjects } from '../matching/selectors.ts'
import type { VersionedWrite } from '../matching/versions.ts'
import type { EquivalentResource } from '../objects.ts'

/** What webhooks are asked with. */
export interface WebhookEnvironment {
  readonly namespaces: NamespaceObjects
  readonly authorizer: Authorizer
}

/** One webhook of a configuration, its selectors and conditions read. */
export class ConfiguredWebhook {
  readonly hook: Webhook
  readonly configuration: string
  /** Tells it from every other one: its own name need not. */
  readonly uid: string
  readonly #environment: WebhookEnvironment
  readonly #selectors: Selectors
  readonly #conditions: MatchConditions

  constructor(hook: Webhook, configuration: string, uid: string, environment: WebhookEnvironment) {
    this.hook = hook
    this.configuration = configuration
    this.uid = uid
    this.#environment = environment
    this.#selectors = new Selectors(hook, environment.namespaces)
    this.#conditions = new MatchConditions(hook.matchConditions ?? [], { authorizer: true }, hook.failurePolicy)
  }

  get ignoresFailure(): boolean {
    return this.hook.failurePolicy === 'Ignore'
  }

  /**
   * The write as the webhook wants to see it; undefined: it does not want to. Throws 403 when its conditions cannot be decided, and what selectors
   * throw. Source: admission/plugin/webhook/generic ShouldCallHook.
   */
  async wanted(
    attributes: AdmissionAttributes,
    ctx: RequestContext,
    version: (matched: EquivalentResource) => VersionedWrite,
  ): Promise<VersionedWrite | undefined> {
    const matched = matchedResource(this.hook.rules ?? [], this.hook.matchPolicy, attributes)
    if (!matched || !(await this.#selectors.match(attributes, ctx.signal))) return undefined
    const write = version(matched)
    if (this.#conditions.empty) return write
    try {
      const checks = new AccessChecks(this.#environment.authorizer, ctx)
      return (await this.#conditions.match(new Activation({ write, checks }))) ? write : undefined
    } catch (error) {
      if (!(error instanceof MatchConditionError)) throw error
      throw StatusError.forbidden(attributes.resource, attributes.name, error.message)
    }
  }
}
