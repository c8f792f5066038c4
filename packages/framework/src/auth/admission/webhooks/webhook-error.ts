import { StatusError, type Status } from '../../../meta/status.ts'
import type { JsonObject } from '../../../util/json.ts'

/** There is no answer, or none that counts: the webhook's failure policy decides. Source: apiserver util/webhook/error.go. */
export class WebhookCallError extends Error {
  override readonly name = 'WebhookCallError'

  constructor(webhook: string, reason: string, options?: ErrorOptions) {
    super(`failed calling webhook ${JSON.stringify(webhook)}: ${reason}`, options)
  }
}

/** The webhook has said no. Source: admission/plugin/webhook/errors/statuserror.go. */
export function webhookRejection(webhook: string, result: JsonObject = {}): StatusError {
  const { code = 0, message = '', reason = '', details } = result as unknown as Partial<Status>
  const denied = `admission webhook ${JSON.stringify(webhook)} denied the request`
  return new StatusError({
    code: typeof code === 'number' && code >= 400 ? code : 400,
    message: message || reason ? `${denied}: ${message || reason}` : `${denied} without explanation`,
    ...(reason ? { reason } : {}),
    ...(details ? { details } : {}),
  })
}

export const dryRunUnsupported = (webhook: string): StatusError =>
  StatusError.badRequest(`admission webhook ${JSON.stringify(webhook)} does not support dry run`)
