import type { ResourceKind } from '../client/resource-kind.ts'
import type { KubeObject } from '../meta/object.ts'

/** coordination.k8s.io/v1 LeaseSpec */
export interface LeaseSpec {
  holderIdentity?: string
  leaseDurationSeconds?: number
  acquireTime?: string
  renewTime?: string
  leaseTransitions?: number
  strategy?: string
  preferredHolder?: string
}

/** coordination.k8s.io/v1 Lease */
export interface Lease extends KubeObject {
  spec?: LeaseSpec
}

export const Lease: ResourceKind<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
}
