import type { GroupVersionKind, GroupVersionResource } from '../../meta/group-version.ts'
import type { KubeObject } from '../../meta/object.ts'
import type { UserInfo } from '../../request/context.ts'

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

/** One write, as admission sees it. Objects are in the version of the request. Source: admission/interfaces.go Attributes. */
export interface AdmissionAttributes {
  readonly operation: AdmissionOperation
  /** undefined for DELETE and CONNECT. While mutating, change it in place; while validating nobody may. */
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
  /** CreateOptions, UpdateOptions, PatchOptions or DeleteOptions. */
  readonly options: object
}
