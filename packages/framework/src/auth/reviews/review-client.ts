import { setTimeout as sleep } from 'node:timers/promises'
import { Backoff, type BackoffOptions } from '../../client/backoff.ts'
import type { Client } from '../../client/client.ts'
import { ConnectionError } from '../../client/connection-error.ts'
import { StatusError } from '../../meta/status.ts'
import { isObject, type JsonObject } from '../../util/json.ts'

export interface ReviewClientOptions {
  /** How long one attempt may take. Default 10 s. */
  readonly attemptTimeoutMs?: number
  /** Delays between attempts. Default 500 ms, half as much again each time. */
  readonly backoff?: BackoffOptions
  /** Told of every attempt: the HTTP status, or `<error>`, and how long it took. */
  readonly onAttempt?: (code: string, seconds: number) => void
}

/** What is asked: the path, and the kind of the question. */
export interface ReviewKind {
  readonly path: string
  readonly apiVersion: string
  readonly kind: string
}

/** Source: server/options/authentication.go DefaultAuthWebhookRetryBackoff. */
const attempts = 5
const defaultBackoff: BackoffOptions = { initialMs: 500, maxMs: 10_000, factor: 1.5, jitter: 0.2 }
const defaultTimeoutMs = 10_000

/** Asks a cluster one kind of question (TokenReview, SubjectAccessReview), again where the failure may pass. Source: util/webhook. */
export class ReviewClient {
  readonly #client: Client
  readonly #kind: ReviewKind
  readonly #options: ReviewClientOptions

  constructor(client: Client, kind: ReviewKind, options: ReviewClientOptions = {}) {
    this.#client = client
    this.#kind = kind
    this.#options = options
  }

  /** The status of the answer. Throws what the last attempt threw. */
  async ask(spec: JsonObject): Promise<JsonObject> {
    const backoff = new Backoff(this.#options.backoff ?? defaultBackoff)
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(spec)
      } catch (error) {
        if (attempt === attempts || !mayPass(error)) throw error
        const atLeastMs = error instanceof StatusError ? (error.status.details?.retryAfterSeconds ?? 0) * 1000 : 0
        await sleep(Math.max(backoff.next(), atLeastMs))
      }
    }
  }

  async #attempt(spec: JsonObject): Promise<JsonObject> {
    const { path, apiVersion, kind } = this.#kind
    const { attemptTimeoutMs = defaultTimeoutMs, onAttempt } = this.#options
    const begin = performance.now()
    let code = '<error>'
    try {
      const body = { apiVersion, kind, metadata: {}, spec }
      const signal = AbortSignal.timeout(attemptTimeoutMs)
      const answer = await this.#client.request({ method: 'POST', path, body, signal })
      code = '201'
      const status = isObject(answer) ? answer['status'] : undefined
      if (!isObject(status)) throw new Error(`the answer to a ${kind} has no status`)
      return status
    } catch (error) {
      if (error instanceof StatusError) code = String(error.code)
      throw error
    } finally {
      onAttempt?.(code, (performance.now() - begin) / 1000)
    }
  }
}

/** Source: util/webhook DefaultShouldRetry. */
function mayPass(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.code === 'ECONNRESET' || error.code === 'EPIPE'
  if (!(error instanceof StatusError)) return false
  return [429, 500, 504].includes(error.code) || error.status.details?.retryAfterSeconds !== undefined
}
