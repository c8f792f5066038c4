import type { WebhookOutcome } from '../../auth/admission/webhooks/webhook-client.ts'
import type { Families } from './families.ts'
import { Kept, type HistogramFamily, type HistogramSeries, type NumberSeries } from './series.ts'

const bounds = [0.005, 0.025, 0.1, 0.5, 1, 2.5]

/** What was asked, of whom: the labels of one step of admission, but for its outcome. */
export interface AdmissionStep {
  readonly type: 'admit' | 'validate'
  readonly operation: string
}

/** Of a step, by its outcome. */
export type ByOutcome = Readonly<Record<'true' | 'false', HistogramSeries>>

/** Source: admission/metrics/metrics.go. */
export class AdmissionMetrics {
  readonly #steps: Kept<string, ByOutcome>
  readonly #controllers: HistogramFamily
  readonly #webhooks: Kept<string, ByOutcome>
  readonly #requests: Kept<string, NumberSeries>
  readonly #rejections: Kept<string, NumberSeries>
  readonly #failOpen: Kept<string, NumberSeries>

  constructor(families: Families) {
    const prefix = 'apiserver_admission'
    const histogram = (name: string, more: readonly number[], help: string): HistogramFamily =>
      families.histogram([...bounds, ...more], { name: `${prefix}_${name}`, stability: 'STABLE', help })
    const counter = (name: string, help: string): Kept<string, NumberSeries> => {
      const family = families.number('counter', { name: `${prefix}_${name}`, stability: 'ALPHA', help })
      return new Kept((labels) => family.series(JSON.parse(labels) as Record<string, string>))
    }
    const steps = histogram(
      'step_admission_duration_seconds',
      [],
      'Admission sub-step latency histogram in seconds, broken out for each operation and API resource and step type (validate or admit).',
    )
    this.#steps = new Kept((labels) => byOutcome(steps, JSON.parse(labels) as Record<string, string>))
    this.#controllers = histogram(
      'controller_admission_duration_seconds',
      [],
      'Admission controller latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
    )
    const webhooks = histogram(
      'webhook_admission_duration_seconds',
      [10, 25],
      'Admission webhook latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
    )
    this.#webhooks = new Kept((labels) => byOutcome(webhooks, JSON.parse(labels) as Record<string, string>))
    this.#requests = counter(
      'webhook_request_total',
      'Admission webhook request total, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify whether the request was rejected or not and an HTTP status code. Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.',
    )
    this.#rejections = counter(
      'webhook_rejection_count',
      'Admission webhook rejection count, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify an error type (calling_webhook_error or apiserver_internal_error if an error occurred; no_error otherwise) and optionally a non-zero rejection code if the webhook rejects the request with an HTTP status code (honored by the apiserver when the code is greater or equal to 400). Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.',
    )
    this.#failOpen = counter(
      'webhook_fail_open_count',
      'Admission webhook fail open count, identified by name and broken out for each admission type (validating or admit).',
    )
  }

  /** The series of one step: ask once, and keep what comes. */
  step({ type, operation }: AdmissionStep): ByOutcome {
    return this.#steps.of(JSON.stringify({ type, operation }))
  }

  controller(name: string, { type, operation }: AdmissionStep): ByOutcome {
    return byOutcome(this.#controllers, { name, type, operation })
  }

  /** A webhook answered, or gave no answer. */
  webhook({ name, type, operation, seconds, code, rejected, error }: WebhookOutcome): void {
    const shown = String(Math.min(code, 600))
    const outcome = rejected ? 'true' : 'false'
    this.#webhooks.of(JSON.stringify({ name, type, operation }))[outcome].observe(seconds)
    this.#requests.of(JSON.stringify({ name, type, operation, code: shown, rejected: outcome })).value++
    if (rejected)
      this.#rejections.of(
        JSON.stringify({ name, type, operation, error_type: error ?? 'no_error', rejection_code: shown }),
      ).value++
    else if (error) this.#failOpen.of(JSON.stringify({ name, type })).value++
  }
}

const byOutcome = (family: HistogramFamily, labels: Record<string, string>): ByOutcome => ({
  true: family.series({ ...labels, rejected: 'true' }),
  false: family.series({ ...labels, rejected: 'false' }),
})
