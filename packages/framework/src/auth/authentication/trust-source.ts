import type { TrustRoots } from './trust-roots.ts'

/**
 * Certificate authorities that may change while the server runs (a file, a ConfigMap). A change gives another TrustRoots object, which makes
 * everybody check again. undefined: none are known, and who needs them has no opinion.
 */
export interface TrustSource {
  readonly current: TrustRoots | undefined
}
