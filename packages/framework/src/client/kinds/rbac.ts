import type { KubeObject } from '../../meta/object.ts'
import { builtInKind, type LabelSelectorSpec } from './built-in-kind.ts'

const apiVersion = 'rbac.authorization.k8s.io/v1'

/** rbac.authorization.k8s.io/v1 PolicyRule */
export interface PolicyRule {
  verbs: string[]
  apiGroups?: string[]
  resources?: string[]
  resourceNames?: string[]
  nonResourceURLs?: string[]
}

/** rbac.authorization.k8s.io/v1 Subject */
export interface Subject {
  kind: 'User' | 'Group' | 'ServiceAccount'
  name: string
  namespace?: string
  apiGroup?: string
}

/** rbac.authorization.k8s.io/v1 RoleRef */
export interface RoleRef {
  apiGroup: string
  kind: string
  name: string
}

/** rbac.authorization.k8s.io/v1 Role */
export interface Role extends KubeObject {
  rules?: PolicyRule[] | null
}
export const Role = builtInKind<Role>(apiVersion, 'Role', 'roles')

/** rbac.authorization.k8s.io/v1 ClusterRole */
export interface ClusterRole extends KubeObject {
  rules?: PolicyRule[] | null
  aggregationRule?: { clusterRoleSelectors?: LabelSelectorSpec[] }
}
export const ClusterRole = builtInKind<ClusterRole>(apiVersion, 'ClusterRole', 'clusterroles', 'Cluster')

/** rbac.authorization.k8s.io/v1 RoleBinding */
export interface RoleBinding extends KubeObject {
  roleRef: RoleRef
  subjects?: Subject[]
}
export const RoleBinding = builtInKind<RoleBinding>(apiVersion, 'RoleBinding', 'rolebindings')

/** rbac.authorization.k8s.io/v1 ClusterRoleBinding */
export interface ClusterRoleBinding extends KubeObject {
  roleRef: RoleRef
  subjects?: Subject[]
}
export const ClusterRoleBinding = builtInKind<ClusterRoleBinding>(
  apiVersion,
  'ClusterRoleBinding',
  'clusterrolebindings',
  'Cluster',
)
