import type { KubeObject } from '../../meta/object.ts'
import type { JsonValue } from '../../util/json.ts'
import { builtInKind, type IntOrString, type KindCondition, type LabelSelectorSpec } from './built-in-kind.ts'
import type { PersistentVolumeClaim } from './core-storage.ts'
import type { PodTemplateSpec } from './pod.ts'

interface WorkloadStatus {
  observedGeneration?: number
  replicas?: number
  readyReplicas?: number
  availableReplicas?: number
  conditions?: KindCondition[]
  collisionCount?: number
}

/** apps/v1 Deployment */
export interface Deployment extends KubeObject {
  spec?: {
    replicas?: number
    selector: LabelSelectorSpec
    template: PodTemplateSpec
    strategy?: {
      type?: 'RollingUpdate' | 'Recreate'
      rollingUpdate?: { maxSurge?: IntOrString; maxUnavailable?: IntOrString }
    }
    minReadySeconds?: number
    progressDeadlineSeconds?: number
    revisionHistoryLimit?: number
    paused?: boolean
  }
  status?: WorkloadStatus & { updatedReplicas?: number; unavailableReplicas?: number; terminatingReplicas?: number }
}
export const Deployment = builtInKind<Deployment>('apps/v1', 'Deployment', 'deployments')

/** apps/v1 ReplicaSet */
export interface ReplicaSet extends KubeObject {
  spec?: { replicas?: number; minReadySeconds?: number; selector: LabelSelectorSpec; template?: PodTemplateSpec }
  status?: WorkloadStatus & { fullyLabeledReplicas?: number; terminatingReplicas?: number }
}
export const ReplicaSet = builtInKind<ReplicaSet>('apps/v1', 'ReplicaSet', 'replicasets')

/** apps/v1 StatefulSet */
export interface StatefulSet extends KubeObject {
  spec?: {
    replicas?: number
    selector: LabelSelectorSpec
    template: PodTemplateSpec
    serviceName?: string
    volumeClaimTemplates?: (Omit<PersistentVolumeClaim, 'apiVersion' | 'kind'> & Partial<KubeObject>)[]
    podManagementPolicy?: 'OrderedReady' | 'Parallel'
    updateStrategy?: {
      type?: 'RollingUpdate' | 'OnDelete'
      rollingUpdate?: { partition?: number; maxUnavailable?: IntOrString }
    }
    persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string }
    ordinals?: { start?: number }
    minReadySeconds?: number
    revisionHistoryLimit?: number
  }
  status?: WorkloadStatus & {
    currentReplicas?: number
    updatedReplicas?: number
    currentRevision?: string
    updateRevision?: string
  }
}
export const StatefulSet = builtInKind<StatefulSet>('apps/v1', 'StatefulSet', 'statefulsets')

/** apps/v1 DaemonSet */
export interface DaemonSet extends KubeObject {
  spec?: {
    selector: LabelSelectorSpec
    template: PodTemplateSpec
    updateStrategy?: {
      type?: 'RollingUpdate' | 'OnDelete'
      rollingUpdate?: { maxSurge?: IntOrString; maxUnavailable?: IntOrString }
    }
    minReadySeconds?: number
    revisionHistoryLimit?: number
  }
  status?: {
    observedGeneration?: number
    currentNumberScheduled: number
    desiredNumberScheduled: number
    numberMisscheduled: number
    numberReady: number
    numberAvailable?: number
    numberUnavailable?: number
    updatedNumberScheduled?: number
    collisionCount?: number
    conditions?: KindCondition[]
  }
}
export const DaemonSet = builtInKind<DaemonSet>('apps/v1', 'DaemonSet', 'daemonsets')

/** apps/v1 ControllerRevision */
export interface ControllerRevision extends KubeObject {
  revision: number
  data?: JsonValue
}
export const ControllerRevision = builtInKind<ControllerRevision>(
  'apps/v1',
  'ControllerRevision',
  'controllerrevisions',
)
