import type { KubeObject } from '../../meta/object.ts'
import type { JsonObject } from '../../util/json.ts'
import { builtInKind, type KindCondition, type LabelSelectorSpec } from './built-in-kind.ts'
import type { ObjectReference } from './core.ts'
import type { ResourceList } from './pod.ts'

/** core/v1 PersistentVolumeClaimSpec */
export interface PersistentVolumeClaimSpec {
  accessModes?: string[]
  resources?: { requests?: ResourceList; limits?: ResourceList }
  selector?: LabelSelectorSpec
  storageClassName?: string
  volumeName?: string
  volumeMode?: string
  dataSource?: JsonObject
  dataSourceRef?: JsonObject
  volumeAttributesClassName?: string
}

/** v1 PersistentVolumeClaim */
export interface PersistentVolumeClaim extends KubeObject {
  spec?: PersistentVolumeClaimSpec
  status?: { phase?: string; accessModes?: string[]; capacity?: ResourceList; conditions?: KindCondition[] }
}
export const PersistentVolumeClaim = builtInKind<PersistentVolumeClaim>(
  'v1',
  'PersistentVolumeClaim',
  'persistentvolumeclaims',
)

/** v1 PersistentVolume. Its source is one of many members, all of them plain JSON here. */
export interface PersistentVolume extends KubeObject {
  spec?: {
    accessModes?: string[]
    capacity?: ResourceList
    claimRef?: ObjectReference
    mountOptions?: string[]
    nodeAffinity?: JsonObject
    persistentVolumeReclaimPolicy?: string
    storageClassName?: string
    volumeMode?: string
    csi?: JsonObject
    hostPath?: { path: string; type?: string }
    local?: { path: string; fsType?: string }
    nfs?: { server: string; path: string; readOnly?: boolean }
  }
  status?: { phase?: string; reason?: string; message?: string }
}
export const PersistentVolume = builtInKind<PersistentVolume>('v1', 'PersistentVolume', 'persistentvolumes', 'Cluster')
