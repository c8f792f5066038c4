import type { RequestContext } from '../../../request/context.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import { registrationGroup } from '../configuration/configurations.ts'
import { becomesReady } from '../configuration/ready.ts'
import { admissionForbidden } from '../plugin.ts'
import type { ConfiguredWebhook } from './webhook.ts'
import type { WebhookClient } from './webhook-client.ts'
import type { WebhookSource } from './webhook-source.ts'

/** What the two plugins for webhooks have in common. */
export abstract class WebhookPlugin {
  protected readonly client: WebhookClient
  readonly #source: WebhookSource
  readonly #isReady: () => boolean

  /** `isReady`: what webhooks are chosen by is known too. */
  constructor(source: WebhookSource, client: WebhookClient, isReady: () => boolean) {
    this.#source = source
    this.client = client
    this.#isReady = () => source.hasSynced && isReady()
  }

  /** What is not known yet is no reason to say nothing. */
  get idle(): boolean {
    return this.#isReady() && this.#source.webhooks.length === 0
  }

  handles(): boolean {
    return true
  }

  /** Throws 403 while nobody knows which there are. Writes of the configurations themselves ask nobody. */
  protected async webhooksFor(
    attributes: AdmissionAttributes,
    ctx: RequestContext,
  ): Promise<readonly ConfiguredWebhook[]> {
    if (attributes.kind.group === registrationGroup) return []
    if (!(await becomesReady(this.#isReady, ctx.signal)))
      throw admissionForbidden(attributes, 'not yet ready to handle request')
    return this.#source.webhooks
  }
}
