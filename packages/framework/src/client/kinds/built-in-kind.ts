import type { KubeObject } from '../../meta/object.ts'
import type { ResourceKind } from '../resource-kind.ts'

/**
 * A kind that others serve, for a client:
 * `const Ingress = builtInKind<Ingress>('networking.k8s.io/v1', 'Ingress', 'ingresses')`.
 */
export function builtInKind<T extends KubeObject>(
  apiVersion: string,
  kind: string,
  plural: string,
  scope: 'Namespaced' | 'Cluster' = 'Namespaced',
): ResourceKind<T> {
  const slash = apiVersion.indexOf('/')
  return {
    group: apiVersion.slice(0, Math.max(0, slash)),
    version: apiVersion.slice(slash + 1),
    kind,
    plural,
    scope,
  }
}

/** metav1.LabelSelector */
export interface LabelSelectorSpec {
  matchLabels?: Record<string, string>
  matchExpressions?: {
    key: string
    operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
    values?: string[]
  }[]
}

/** A whole number, or a text such as `25%` or the name of a port. */
export type IntOrString = number | string

/** metav1.Condition, and the older conditions of built-in kinds. */
export interface KindCondition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason?: string
  message?: string
  lastTransitionTime?: string
  lastUpdateTime?: string
  lastProbeTime?: string | null
  observedGeneration?: number
}
