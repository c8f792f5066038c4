import { LRUCache } from 'lru-cache'
import { FieldSelector } from '../../meta/field-selector.ts'
import { LabelSelector } from '../../meta/label-selector.ts'
import { stringify, type JsonObject } from '../../util/json.ts'
import type { ReviewClient, ReviewKind } from '../reviews/review-client.ts'
import type { Abortable, AuthorizationAttributes, AuthorizationDecision, Authorizer } from './authorizer.ts'

export const subjectAccessReviewKind: ReviewKind = {
  path: '/apis/authorization.k8s.io/v1/subjectaccessreviews?timeout=10s',
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
}

export interface SubjectAccessReviewerOptions {
  /** How long a yes is believed. Default 10 s; 0: not at all. */
  readonly authorizedTtlMs?: number
  /** How long a no is believed. Default 10 s. */
  readonly unauthorizedTtlMs?: number
}

const maxDecisions = 8192
/** Longer ones are asked anew each time: a stranger cannot fill the memory with them. */
const maxCachedLength = 10_000
const defaultTtlMs = 10_000

/** Asks the cluster. Throws where it did not answer, which the client sees as a 500: no answer is no yes. Source: plugin/pkg/authorizer/webhook. */
export class SubjectAccessReviewer implements Authorizer {
  readonly #reviews: ReviewClient
  readonly #decisions = new LRUCache<string, AuthorizationDecision>({ max: maxDecisions })
  readonly #underWay = new Map<string, Promise<AuthorizationDecision>>()
  readonly #authorizedTtlMs: number
  readonly #unauthorizedTtlMs: number

  constructor(reviews: ReviewClient, options: SubjectAccessReviewerOptions = {}) {
    this.#reviews = reviews
    this.#authorizedTtlMs = options.authorizedTtlMs ?? defaultTtlMs
    this.#unauthorizedTtlMs = options.unauthorizedTtlMs ?? defaultTtlMs
  }

  async authorize(attributes: AuthorizationAttributes, request?: Abortable): Promise<AuthorizationDecision> {
    const spec = reviewSpec(attributes)
    const key = stringify(spec)
    const known = this.#decisions.get(key)
    if (known) return known
    let review = this.#underWay.get(key)
    if (!review) {
      review = this.#ask(spec, key).finally(() => this.#underWay.delete(key))
      this.#underWay.set(key, review)
    }
    return request ? untilAborted(review, request.signal) : review
  }

  async #ask(spec: JsonObject, key: string): Promise<AuthorizationDecision> {
    const status = await this.#reviews.ask(spec)
    const decision = decisionOf(status)
    const ttl = decision.decision === 'Allow' ? this.#authorizedTtlMs : this.#unauthorizedTtlMs
    if (ttl > 0 && key.length < maxCachedLength) this.#decisions.set(key, decision, { ttl })
    return decision
  }
}

function decisionOf({ allowed, denied, reason }: JsonObject): AuthorizationDecision {
  const because = typeof reason === 'string' && reason !== '' ? { reason } : {}
  if (denied === true && allowed === true)
    throw new Error('webhook subject access review returned both allow and deny response')
  if (denied === true) return { decision: 'Deny', ...because }
  return { decision: allowed === true ? 'Allow' : 'NoOpinion', ...because }
}

/** Who waits no longer learns nothing; the answer still comes, for whoever asks next. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('the request was aborted'))
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop)
    })
  })
}

/** SubjectAccessReviewSpec; members without a value are left out, as Go leaves them out. */
export function reviewSpec({ user, ...what }: AuthorizationAttributes): JsonObject {
  const spec: JsonObject = given({ user: user.name, uid: user.uid })
  if (user.groups.length) spec.groups = [...user.groups]
  if (Object.keys(user.extra).length)
    spec.extra = Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]]))
  if (!what.isResourceRequest) return { ...spec, nonResourceAttributes: given({ path: what.path, verb: what.verb }) }
  const { namespace, verb, group, version, resource, subresource, name } = what
  const fields = fieldRequirements(what.fieldSelector)
  const labels = labelRequirements(what.labelSelector)
  return {
    ...spec,
    resourceAttributes: {
      ...given({ namespace, verb, group, version, resource, subresource, name }),
      ...(fields.length ? { fieldSelector: { requirements: fields } } : {}),
      ...(labels.length ? { labelSelector: { requirements: labels } } : {}),
    },
  }
}

const given = (members: Readonly<Record<string, string>>): JsonObject =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ''))

/** None where the selector cannot be read: what is asked for is then more than what is wanted, never less. */
function fieldRequirements(selector: string): JsonObject[] {
  if (selector === '') return []
  try {
    return FieldSelector.parse(selector)
      .requirements.filter(({ field }) => field !== '')
      .map(({ field, operator, value }) => ({
        key: field,
        operator: operator === '=' ? 'In' : 'NotIn',
        values: [value],
      }))
  } catch {
    return []
  }
}

const labelOperators: ReadonlyMap<string, string> = new Map([
  ['=', 'In'],
  ['==', 'In'],
  ['in', 'In'],
  ['!=', 'NotIn'],
  ['notin', 'NotIn'],
  ['exists', 'Exists'],
  ['!', 'DoesNotExist'],
])

function labelRequirements(selector: string): JsonObject[] {
  if (selector === '') return []
  try {
    return LabelSelector.parse(selector).requirements.flatMap(({ key, operator, values }) => {
      const known = labelOperators.get(operator)
      return known === undefined ? [] : [{ key, operator: known, ...(values.length ? { values: [...values] } : {}) }]
    })
  } catch {
    return []
  }
}
