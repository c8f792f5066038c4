import type { KubeObject, ObjectMeta } from '../../meta/object.ts'
import type { JsonObject } from '../../util/json.ts'
import { builtInKind, type IntOrString, type KindCondition } from './built-in-kind.ts'

/** Amounts by resource, such as `{ cpu: '500m', memory: '64Mi' }`. */
export type ResourceList = Record<string, IntOrString>

/** core/v1 EnvVar */
export interface EnvVar {
  name: string
  value?: string
  valueFrom?: {
    configMapKeyRef?: { name: string; key: string; optional?: boolean }
    secretKeyRef?: { name: string; key: string; optional?: boolean }
    fieldRef?: { apiVersion?: string; fieldPath: string }
    resourceFieldRef?: { containerName?: string; resource: string; divisor?: IntOrString }
  }
}

/** core/v1 Probe */
export interface Probe {
  httpGet?: { path?: string; port: IntOrString; host?: string; scheme?: string }
  tcpSocket?: { port: IntOrString; host?: string }
  grpc?: { port: number; service?: string }
  exec?: { command?: string[] }
  initialDelaySeconds?: number
  timeoutSeconds?: number
  periodSeconds?: number
  successThreshold?: number
  failureThreshold?: number
  terminationGracePeriodSeconds?: number
}

/** core/v1 Container */
export interface Container {
  name: string
  image?: string
  command?: string[]
  args?: string[]
  workingDir?: string
  ports?: { name?: string; containerPort: number; hostPort?: number; protocol?: string }[]
  env?: EnvVar[]
  envFrom?: {
    prefix?: string
    configMapRef?: { name: string; optional?: boolean }
    secretRef?: { name: string; optional?: boolean }
  }[]
  resources?: { limits?: ResourceList; requests?: ResourceList; claims?: { name: string; request?: string }[] }
  volumeMounts?: {
    name: string
    mountPath: string
    readOnly?: boolean
    subPath?: string
    subPathExpr?: string
    mountPropagation?: string
  }[]
  livenessProbe?: Probe
  readinessProbe?: Probe
  startupProbe?: Probe
  lifecycle?: JsonObject
  restartPolicy?: string
  imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never'
  securityContext?: JsonObject
  terminationMessagePath?: string
  terminationMessagePolicy?: string
  stdin?: boolean
  tty?: boolean
}

/** Where the content of a volume comes from; sources that are not named here are plain JSON. */
export interface Volume {
  name: string
  configMap?: { name: string; items?: KeyToPath[]; defaultMode?: number; optional?: boolean }
  secret?: { secretName: string; items?: KeyToPath[]; defaultMode?: number; optional?: boolean }
  emptyDir?: { medium?: string; sizeLimit?: IntOrString }
  persistentVolumeClaim?: { claimName: string; readOnly?: boolean }
  hostPath?: { path: string; type?: string }
  projected?: JsonObject
  downwardAPI?: JsonObject
  csi?: JsonObject
  nfs?: { server: string; path: string; readOnly?: boolean }
  ephemeral?: JsonObject
  image?: JsonObject
}

/** core/v1 KeyToPath */
export interface KeyToPath {
  key: string
  path: string
  mode?: number
}

/** core/v1 PodSpec */
export interface PodSpec {
  containers: Container[]
  initContainers?: Container[]
  ephemeralContainers?: JsonObject[]
  volumes?: Volume[]
  serviceAccountName?: string
  automountServiceAccountToken?: boolean
  restartPolicy?: 'Always' | 'OnFailure' | 'Never'
  terminationGracePeriodSeconds?: number
  activeDeadlineSeconds?: number
  nodeName?: string
  nodeSelector?: Record<string, string>
  affinity?: JsonObject
  tolerations?: {
    key?: string
    operator?: string
    value?: string
    effect?: string
    tolerationSeconds?: number
  }[]
  topologySpreadConstraints?: JsonObject[]
  imagePullSecrets?: { name: string }[]
  hostname?: string
  subdomain?: string
  hostNetwork?: boolean
  hostPID?: boolean
  hostIPC?: boolean
  dnsPolicy?: string
  dnsConfig?: JsonObject
  hostAliases?: { ip: string; hostnames?: string[] }[]
  priorityClassName?: string
  priority?: number
  preemptionPolicy?: string
  runtimeClassName?: string
  schedulerName?: string
  schedulingGates?: { name: string }[]
  securityContext?: JsonObject
  readinessGates?: { conditionType: string }[]
  shareProcessNamespace?: boolean
  enableServiceLinks?: boolean
  overhead?: ResourceList
}

/** core/v1 PodTemplateSpec */
export interface PodTemplateSpec {
  metadata?: ObjectMeta
  spec?: PodSpec
}

/** core/v1 ContainerStatus */
export interface ContainerStatus {
  name: string
  ready: boolean
  restartCount: number
  started?: boolean
  image: string
  imageID: string
  containerID?: string
  state?: JsonObject
  lastState?: JsonObject
}

/** v1 Pod */
export interface Pod extends KubeObject {
  spec?: PodSpec
  status?: {
    phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
    conditions?: KindCondition[]
    containerStatuses?: ContainerStatus[]
    initContainerStatuses?: ContainerStatus[]
    hostIP?: string
    podIP?: string
    podIPs?: { ip: string }[]
    startTime?: string
    reason?: string
    message?: string
    qosClass?: string
    nominatedNodeName?: string
  }
}

export const Pod = builtInKind<Pod>('v1', 'Pod', 'pods')
