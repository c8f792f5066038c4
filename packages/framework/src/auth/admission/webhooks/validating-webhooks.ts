import { StatusError } from '../../../meta/status.ts'
import type { RequestContext } from '../../../request/context.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import { VersionedWrites, type VersionedWrite } from '../matching/versions.ts'
import type { AdmissionPlugin } from '../plugin.ts'
import { askWebhook, settleFailure } from './webhook-call.ts'
import type { ConfiguredWebhook } from './webhook.ts'
import { WebhookPlugin } from './webhook-plugin.ts'

const auditPrefix = 'validating.webhook.admission.k8s.io/'

/** Calls the cluster's validating webhooks, all at once: the first that refuses is heard. Source: admission/plugin/webhook/validating/dispatcher.go. */
export class ValidatingWebhooks extends WebhookPlugin implements AdmissionPlugin {
  readonly name = 'ValidatingAdmissionWebhook'

  async validate(attributes: AdmissionAttributes, ctx: RequestContext): Promise<void> {
    const webhooks = await this.webhooksFor(attributes, ctx)
    const versions = new VersionedWrites(attributes)
    const wanted: [ConfiguredWebhook, VersionedWrite][] = []
    for (const webhook of webhooks) {
      const write = await webhook.wanted(attributes, ctx, (matched) => versions.of(matched))
      if (write) wanted.push([webhook, write])
    }
    if (!wanted.length) return
    if (ctx.signal.aborted) throw StatusError.timeout('request did not complete within requested timeout')
    const errors: unknown[] = []
    await Promise.all(
      wanted.map(([webhook, write], index) =>
        this.#ask(webhook, write, ctx, index).catch((error: unknown) => errors.push(error)),
      ),
    )
    if (errors.length) throw errors[0]
  }

  async #ask(webhook: ConfiguredWebhook, write: VersionedWrite, ctx: RequestContext, index: number): Promise<void> {
    try {
      await askWebhook(webhook, write, this.client, ctx, false)
    } catch (error) {
      settleFailure(webhook, error, ctx, `${auditPrefix}round_0_index_${String(index)}`)
    }
  }
}
