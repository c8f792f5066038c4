import type { GroupVersionKind, GroupVersionResource } from '../../meta/group-version.ts'
import type { KubeObject } from '../../meta/object.ts'
import type { UserInfo } from '../../request/context.ts'
import type { JsonObject } from '../../util/json.ts'
import type { AdmissionObjects } from './objects.ts'

/** What is done to an object, as admission names it; CONNECT is a connection to a subresource. */
export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

/** One write, as admission sees it. Objects are in the version of the request. Source: admission/interfaces.go Attributes. */
export interface AdmissionAttributes {
  readonly operation: AdmissionOperation
  /** undefined for DELETE; the options of a CONNECT. While mutating, change it in place; while validating nobody may. */
  readonly object: KubeObject | undefined
  /** undefined for CREATE and CONNECT. Nobody may change it. */
  readonly oldObject: KubeObject | undefined
  readonly kind: GroupVersionKind
  readonly resource: GroupVersionResource
  readonly subresource: string
  readonly namespace: string
  /** '' while the name is not generated yet. */
  readonly name: string
  readonly dryRun: boolean
  readonly user: UserInfo
  /** `meta.k8s.io/v1` CreateOptions, UpdateOptions (of a PATCH too) or DeleteOptions; undefined for CONNECT. */
  readonly options: JsonObject | undefined
  /** The other forms of the objects. The server gives it; a test of a plugin that does not look at it need not. */
  readonly objects?: AdmissionObjects
}
