import { inSpan } from '../../../client/trace-context.ts'
import { StatusError } from '../../../meta/status.ts'
import type { RequestContext } from '../../../request/context.ts'
import { annotate } from '../audit-annotation.ts'
import type { VersionedWrite } from '../matching/versions.ts'
import { answerOf, reviewOf, type ReviewAnswer } from './review.ts'
import type { ConfiguredWebhook } from './webhook.ts'
import type { WebhookClient, WebhookOutcome } from './webhook-client.ts'
import { dryRunUnsupported, WebhookCallError, webhookRejection } from './webhook-error.ts'

const defaultTimeoutSeconds = 10
const unavailable = 503

/**
 * Asks one webhook, and passes on what it has to say. Throws a {@link WebhookCallError} where it gave no answer that counts, and a StatusError when it
 * refuses. Source: admission/plugin/webhook/{mutating,validating}/dispatcher.go.
 */
export async function askWebhook(
  webhook: ConfiguredWebhook,
  write: VersionedWrite,
  client: WebhookClient,
  ctx: RequestContext,
  mutating: boolean,
): Promise<ReviewAnswer> {
  const begin = performance.now()
  const { operation } = write.attributes
  const tell = (code: number, rejected: boolean, error?: WebhookOutcome['error']): void => {
    const seconds = (performance.now() - begin) / 1000
    const type = mutating ? 'admit' : 'validating'
    const { name } = webhook.hook
    client.onOutcome?.({ name, type, operation, seconds, code, rejected, ...(error ? { error } : {}) })
  }
  try {
    const attributes = { configuration: webhook.configuration, webhook: webhook.hook.name, operation }
    const answer = await inSpan(
      `Call ${mutating ? 'mutating' : 'validating'} webhook`,
      () => answerOfWebhook(webhook, write, client, ctx, mutating),
      { kind: 'client', attributes },
    )
    tell(200, false)
    return answer
  } catch (error) {
    if (error instanceof WebhookCallError) tell(failureCode(error), !webhook.ignoresFailure, 'calling_webhook_error')
    else if (error instanceof StatusError) tell(error.code, true)
    else tell(0, true, 'apiserver_internal_error')
    throw error
  }
}

/** The code with which a webhook answered that is no success; without an answer 503. */
function failureCode(error: unknown): number {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof StatusError) return cause.code
  return unavailable
}

async function answerOfWebhook(
  { hook }: ConfiguredWebhook,
  write: VersionedWrite,
  client: WebhookClient,
  ctx: RequestContext,
  mutating: boolean,
): Promise<ReviewAnswer> {
  const { name, sideEffects, timeoutSeconds = defaultTimeoutSeconds } = hook
  if (write.attributes.dryRun) {
    if (sideEffects === undefined) throw new WebhookCallError(name, 'Webhook SideEffects is nil')
    if (sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') throw dryRunUnsupported(name)
  }
  const review = attempt(name, 'could not create admission objects', () =>
    reviewOf(write, hook.admissionReviewVersions),
  )
  const { signal } = ctx
  const document = await client
    .call(hook.clientConfig, { body: review.body, timeoutSeconds, signal })
    .catch((cause: unknown) => {
      throw new WebhookCallError(name, `failed to call webhook: ${messageOf(cause)}`, { cause })
    })
  const answer = attempt(name, 'received invalid webhook response', () => answerOf(document, review, mutating))
  for (const [key, value] of Object.entries(answer.auditAnnotations)) annotate(ctx, `${name}/${key}`, value)
  for (const warning of answer.warnings) ctx.warnings.add(warning)
  if (!answer.allowed) throw webhookRejection(name, answer.status)
  return answer
}

/** Runs what may throw; that is then a failed call. */
export function attempt<T>(webhook: string, what: string, run: () => T): T {
  try {
    return run()
  } catch (cause) {
    throw new WebhookCallError(webhook, `${what}: ${messageOf(cause)}`, { cause })
  }
}

/** What becomes of a failed call: nothing where the webhook's policy is to ignore it. Throws 500, and 504 when the request's own time is over. */
export function settleFailure(webhook: ConfiguredWebhook, error: unknown, ctx: RequestContext, key: string): void {
  if (!(error instanceof WebhookCallError)) throw error
  if (!webhook.ignoresFailure) throw StatusError.internal(error)
  if (ctx.signal.aborted) throw StatusError.timeout('request did not complete within requested timeout')
  annotate(ctx, `failed-open.${key}`, webhook.hook.name)
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
