import type { KubeObject } from '../../meta/object.ts'
import type { JsonObject } from '../../util/json.ts'
import { builtInKind, type IntOrString, type KindCondition } from './built-in-kind.ts'
import type { ResourceList } from './pod.ts'

/** v1 Namespace */
export interface Namespace extends KubeObject {
  spec?: { finalizers?: string[] }
  status?: { phase?: 'Active' | 'Terminating'; conditions?: KindCondition[] }
}
export const Namespace = builtInKind<Namespace>('v1', 'Namespace', 'namespaces', 'Cluster')

/** v1 ConfigMap */
export interface ConfigMap extends KubeObject {
  data?: Record<string, string>
  /** Base64. */
  binaryData?: Record<string, string>
  immutable?: boolean
}
export const ConfigMap = builtInKind<ConfigMap>('v1', 'ConfigMap', 'configmaps')

/** v1 Secret */
export interface Secret extends KubeObject {
  type?: string
  /** Base64. */
  data?: Record<string, string>
  /** Plain text; servers take it and never give it. */
  stringData?: Record<string, string>
  immutable?: boolean
}
export const Secret = builtInKind<Secret>('v1', 'Secret', 'secrets')

/** core/v1 ServicePort */
export interface ServicePort {
  name?: string
  port: number
  targetPort?: IntOrString
  nodePort?: number
  protocol?: string
  appProtocol?: string
}

/** v1 Service */
export interface Service extends KubeObject {
  spec?: {
    type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
    selector?: Record<string, string>
    ports?: ServicePort[]
    clusterIP?: string
    clusterIPs?: string[]
    externalIPs?: string[]
    externalName?: string
    externalTrafficPolicy?: string
    internalTrafficPolicy?: string
    ipFamilies?: string[]
    ipFamilyPolicy?: string
    loadBalancerClass?: string
    loadBalancerSourceRanges?: string[]
    publishNotReadyAddresses?: boolean
    sessionAffinity?: string
    trafficDistribution?: string
  }
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] }; conditions?: KindCondition[] }
}
export const Service = builtInKind<Service>('v1', 'Service', 'services')

/** v1 ServiceAccount */
export interface ServiceAccount extends KubeObject {
  automountServiceAccountToken?: boolean
  imagePullSecrets?: { name: string }[]
  secrets?: JsonObject[]
}
export const ServiceAccount = builtInKind<ServiceAccount>('v1', 'ServiceAccount', 'serviceaccounts')

/** v1 Node */
export interface Node extends KubeObject {
  spec?: {
    podCIDR?: string
    podCIDRs?: string[]
    providerID?: string
    unschedulable?: boolean
    taints?: { key: string; value?: string; effect: string; timeAdded?: string }[]
  }
  status?: {
    capacity?: ResourceList
    allocatable?: ResourceList
    conditions?: KindCondition[]
    addresses?: { type: string; address: string }[]
    nodeInfo?: Record<string, JsonObject | string>
    images?: JsonObject[]
  }
}
export const Node = builtInKind<Node>('v1', 'Node', 'nodes', 'Cluster')

/** core/v1 ObjectReference */
export interface ObjectReference {
  apiVersion?: string
  kind?: string
  namespace?: string
  name?: string
  uid?: string
  resourceVersion?: string
  fieldPath?: string
}

/** v1 Event. To write one, an EventRecorder of `controller` is the easier way. */
export interface CoreEvent extends KubeObject {
  involvedObject: ObjectReference
  reason?: string
  message?: string
  type?: string
  count?: number
  firstTimestamp?: string | null
  lastTimestamp?: string | null
  eventTime?: string | null
  action?: string
  reportingComponent?: string
  reportingInstance?: string
  source?: { component?: string; host?: string }
  series?: { count?: number; lastObservedTime?: string }
  related?: ObjectReference
}
export const CoreEvent = builtInKind<CoreEvent>('v1', 'Event', 'events')

/** v1 ResourceQuota */
export interface ResourceQuota extends KubeObject {
  spec?: { hard?: ResourceList; scopes?: string[]; scopeSelector?: JsonObject }
  status?: { hard?: ResourceList; used?: ResourceList }
}
export const ResourceQuota = builtInKind<ResourceQuota>('v1', 'ResourceQuota', 'resourcequotas')

/** v1 LimitRange */
export interface LimitRange extends KubeObject {
  spec?: {
    limits: {
      type: string
      max?: ResourceList
      min?: ResourceList
      default?: ResourceList
      defaultRequest?: ResourceList
      maxLimitRequestRatio?: ResourceList
    }[]
  }
}
export const LimitRange = builtInKind<LimitRange>('v1', 'LimitRange', 'limitranges')
