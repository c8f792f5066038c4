const pattern = /^v(\d+)(?:(alpha|beta)(\d+))?$/
const stages: Readonly<Record<string, number>> = { '': 2, beta: 1, alpha: 0 }

/**
 * Kubernetes' order of API versions, the preferred one first: v2, v1, v2beta1, v1beta2, v1alpha1, then everything else
 * by name. Source: apimachinery version.CompareKubeAwareVersionStrings.
 */
export function compareKubeVersions(a: string, b: string): number {
  const x = pattern.exec(a)
  const y = pattern.exec(b)
  if (!x || !y) return x ? -1 : y ? 1 : a < b ? -1 : a > b ? 1 : 0
  const rank = (m: RegExpExecArray): readonly number[] => [stages[m[2] ?? ''] ?? 0, Number(m[1]), Number(m[3] ?? 0)]
  const p = rank(x)
  const q = rank(y)
  for (let i = 0; i < p.length; i++) if (p[i] !== q[i]) return (q[i] ?? 0) - (p[i] ?? 0)
  return 0
}
