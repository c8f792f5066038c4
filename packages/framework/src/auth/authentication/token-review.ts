import { isObject, setOwn, type JsonObject, type JsonValue } from '../../util/json.ts'
import type { ReviewClient, ReviewKind } from '../reviews/review-client.ts'
import type { AuthenticationResponse, TokenAuthenticator } from './authenticator.ts'

export const tokenReviewKind: ReviewKind = {
  path: '/apis/authentication.k8s.io/v1/tokenreviews',
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenReview',
}

/** Asks the cluster whose token this is. Source: plugin/pkg/authenticator/token/webhook. */
export class TokenReviewer implements TokenAuthenticator {
  readonly #reviews: ReviewClient

  constructor(reviews: ReviewClient) {
    this.#reviews = reviews
  }

  /** Throws where the cluster did not answer, or says why it does not know the token. */
  async authenticateToken(token: string): Promise<AuthenticationResponse | undefined> {
    const { authenticated, error, user } = await this.#reviews.ask({ token })
    if (authenticated !== true) {
      if (typeof error === 'string' && error !== '') throw new Error(error)
      return undefined
    }
    if (!isObject(user)) throw new Error('the token is authenticated, but the answer names no user')
    return {
      user: {
        name: text(user['username']),
        uid: text(user['uid']),
        groups: texts(user['groups']),
        extra: extraOf(user),
      },
    }
  }
}

function extraOf(user: JsonObject): Record<string, string[]> {
  const extra: Record<string, string[]> = {}
  if (isObject(user['extra']))
    for (const [key, values] of Object.entries(user['extra'])) setOwn(extra, key, texts(values))
  return extra
}

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')

const texts = (value: JsonValue | undefined): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
