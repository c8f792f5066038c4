import type { KubeObject } from '../../meta/object.ts'
import { builtInKind } from './built-in-kind.ts'

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

export const Lease = builtInKind<Lease>('coordination.k8s.io/v1', 'Lease', 'leases')
