import { Type } from '@sinclair/typebox'
import type { AuthorizationAttributes } from '../../auth/authorization/authorizer.ts'
import { StatusError } from '../../meta/status.ts'
import type { KubeObject } from '../../meta/object.ts'
import { Resource } from '../../registry/resource.ts'
import type { Creater } from '../../registry/rest.ts'
import type { UserInfo } from '../../request/context.ts'
import { defineKind, type Kind, type ObjectOf } from '../../schema/kind.ts'

const anything = Type.Unsafe<Record<string, unknown>>({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true })

const review = (group: string, kind: string): Kind<Review> =>
  defineKind({
    group,
    version: 'v1',
    kind,
    plural: `${kind.toLowerCase()}s`,
    scope: 'Cluster',
    schema: Type.Object({ spec: anything, status: Type.Optional(anything) }),
  })

interface Review extends KubeObject {
  spec: Record<string, unknown>
  status?: Record<string, unknown>
}

/** How a cluster answers reviews; a test changes it as it goes. */
export interface ReviewBehaviour {
  /** The status code of every answer, where it is not to answer at all. */
  failWith: number | undefined
  userOfToken(token: string): UserInfo | undefined
  allows(attributes: AuthorizationAttributes): Promise<boolean>
}

/** Reviews are asked by POST, and answered on the spot. */
abstract class ReviewResource extends Resource<Review> implements Creater<Review> {
  abstract override readonly storageVersion: Kind<Review>
  readonly #behaviour: ReviewBehaviour
  /** How many were asked. */
  count = 0

  constructor(behaviour: ReviewBehaviour) {
    super()
    this.#behaviour = behaviour
  }

  async create(object: Review): Promise<Review> {
    this.count++
    const { failWith } = this.#behaviour
    if (failWith !== undefined)
      throw new StatusError({ code: failWith, reason: 'InternalError', message: 'the fake cluster was told to fail' })
    return { ...object, status: await this.answer(object.spec, this.#behaviour) }
  }

  abstract answer(spec: Review['spec'], behaviour: ReviewBehaviour): Promise<Record<string, unknown>>
}

const TokenReview = review('authentication.k8s.io', 'TokenReview')

export class TokenReviewResource extends ReviewResource {
  readonly storageVersion = TokenReview

  answer({ token }: Review['spec'], behaviour: ReviewBehaviour): Promise<Record<string, unknown>> {
    const user = behaviour.userOfToken(String(token))
    if (!user) return Promise.resolve({ authenticated: false, user: {} })
    const { name, ...rest } = user
    return Promise.resolve({ authenticated: true, user: { username: name, ...rest } })
  }
}

const SubjectAccessReview = review('authorization.k8s.io', 'SubjectAccessReview')

export class SubjectAccessReviewResource extends ReviewResource {
  readonly storageVersion = SubjectAccessReview
  /** The specs of what was asked, the newest last. */
  readonly asked: Record<string, unknown>[] = []

  async answer(spec: Review['spec'], behaviour: ReviewBehaviour): Promise<Record<string, unknown>> {
    this.asked.push(spec)
    return { allowed: await behaviour.allows(attributesOfSpec(spec)) }
  }
}

interface ReviewSpec {
  readonly user?: string
  readonly uid?: string
  readonly groups?: string[]
  readonly extra?: Record<string, string[]>
  readonly resourceAttributes?: Partial<Record<'verb' | 'group' | 'version' | 'resource' | 'subresource', string>> &
    Partial<Record<'namespace' | 'name', string>>
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string }
}

function attributesOfSpec(given: Review['spec']): AuthorizationAttributes {
  const {
    user = '',
    uid = '',
    groups = [],
    extra = {},
    resourceAttributes,
    nonResourceAttributes,
  } = given as ReviewSpec
  return {
    user: { name: user, uid, groups, extra },
    isResourceRequest: resourceAttributes !== undefined,
    path: nonResourceAttributes?.path ?? '',
    verb: resourceAttributes?.verb ?? nonResourceAttributes?.verb ?? '',
    group: resourceAttributes?.group ?? '',
    version: resourceAttributes?.version ?? '',
    resource: resourceAttributes?.resource ?? '',
    subresource: resourceAttributes?.subresource ?? '',
    namespace: resourceAttributes?.namespace ?? '',
    name: resourceAttributes?.name ?? '',
    fieldSelector: '',
    labelSelector: '',
  }
}

export const ConfigMap = defineKind({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  schema: Type.Object({ data: Type.Optional(Type.Record(Type.String(), Type.String())) }),
})
export type ConfigMap = ObjectOf<typeof ConfigMap>
