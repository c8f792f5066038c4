import { cloneObject, type KubeObject } from '../../../meta/object.ts'
import { StatusError } from '../../../meta/status.ts'
import type { RequestContext } from '../../../request/context.ts'
import { deepEqual, stringify, type JsonValue } from '../../../util/json.ts'
import { annotate } from '../audit-annotation.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import { takeOver, versionedWrite, type VersionedWrite } from '../matching/versions.ts'
import type { AdmissionPlugin } from '../plugin.ts'
import type { Reinvocation } from '../reinvocation.ts'
import { attempt, askWebhook, messageOf, settleFailure } from './webhook-call.ts'
import { WebhookCallError } from './webhook-error.ts'
import { operationsOf, type ReviewAnswer } from './review.ts'
import type { ConfiguredWebhook } from './webhook.ts'
import { WebhookPlugin } from './webhook-plugin.ts'

const auditPrefix = 'mutation.webhook.admission.k8s.io/'

/** Calls the cluster's mutating webhooks, one after the other. Source: admission/plugin/webhook/mutating/dispatcher.go. */
export class MutatingWebhooks extends WebhookPlugin implements AdmissionPlugin {
  readonly name = 'MutatingAdmissionWebhook'

  async admit(attributes: AdmissionAttributes, ctx: RequestContext, reinvocation: Reinvocation): Promise<void> {
    const webhooks = await this.webhooksFor(attributes, ctx)
    if (!webhooks.length) return
    const invocations = reinvocation.of(this.name)
    if (reinvocation.again && invocations.changedSince(attributes.object)) invocations.changed()
    try {
      for (const [index, webhook] of webhooks.entries()) {
        const write = await webhook.wanted(attributes, ctx, (matched) => versionedWrite(attributes, matched))
        // Whom the first round did not reach, the second does not either.
        if (!write || (reinvocation.again && !invocations.isDue(webhook.uid))) continue
        const place = `round_${reinvocation.again ? '1' : '0'}_index_${String(index)}`
        const changed = await this.#call(webhook, write, ctx, place)
        if (changed) {
          invocations.changed()
          reinvocation.request()
        }
        if (webhook.hook.reinvocationPolicy === 'IfNeeded') invocations.invoked(webhook.uid)
      }
    } finally {
      invocations.done(attributes.object)
    }
  }

  /** True: the object is another one now. */
  async #call(webhook: ConfiguredWebhook, write: VersionedWrite, ctx: RequestContext, place: string): Promise<boolean> {
    const { configuration, hook } = webhook
    let changed = false
    try {
      const answer = await askWebhook(webhook, write, this.client, ctx, true)
      changed = patched(webhook, write, answer, ctx, place)
    } catch (error) {
      settleFailure(webhook, error, ctx, `${auditPrefix}${place}`)
    } finally {
      const mutation = { configuration, webhook: hook.name, mutated: changed }
      annotate(ctx, `${auditPrefix}${place}`, JSON.stringify(mutation))
    }
    return changed
  }
}

function patched(
  { configuration, hook }: ConfiguredWebhook,
  write: VersionedWrite,
  answer: ReviewAnswer,
  ctx: RequestContext,
  place: string,
): boolean {
  const { patch, patchType } = answer
  const { object, attributes, kind } = write
  if (patch === undefined) return false
  const what = 'received undecodable patch in webhook response'
  const operations = attempt(hook.name, what, () => operationsOf(patch))
  if (!operations.length) return false
  const { objects } = attributes
  if (!object || !objects) {
    const name = JSON.stringify(hook.name)
    const text = `admission webhook ${name} attempted to modify the object, which is not supported for this operation`
    throw StatusError.internal(text)
  }
  if (patchType !== 'JSONPatch')
    throw new WebhookCallError(hook.name, `unsupported patch type ${JSON.stringify(patchType)}`)
  let made: KubeObject
  try {
    const document = objects.patch(object as unknown as JsonValue, operations)
    made = objects.decode(document, kind, false)
  } catch (error) {
    throw StatusError.internal(new Error(messageOf(error), { cause: error }))
  }
  const shown = { configuration, webhook: hook.name, patch: operations, patchType }
  annotate(ctx, `patch.webhook.admission.k8s.io/${place}`, stringify(shown), 'Request')
  const before = cloneObject(object)
  takeOver(attributes, made)
  return !deepEqual(before, made)
}
