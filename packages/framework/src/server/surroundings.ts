import type { NamespaceSource } from '../auth/admission/namespace-lifecycle.ts'
import type { AdmissionPlugin } from '../auth/admission/plugin.ts'
import type { Authenticator } from '../auth/authentication/authenticator.ts'
import type { PeerCertificates } from '../auth/authentication/peer-certificates.ts'
import type { RequestHeaderConfig } from '../auth/authentication/request-header.ts'
import type { Authorizer } from '../auth/authorization/authorizer.ts'
import type { Resource } from '../registry/resource.ts'
import type { HealthCheck } from './routes/health.ts'

/** What a server lives among: a cluster that it asks, or nothing, so that it has to be its own. */
export interface Surroundings {
  /** Installed after the author's own. */
  readonly resources: readonly Resource[]
  readonly namespaces: NamespaceSource
  readonly healthChecks: readonly HealthCheck[]
  /** What `start` begins, by the names that Kubernetes' health checks have for it. */
  readonly startHooks: readonly string[]
  /** PEM of whatever authorities sign clients' certificates: a hint to clients, not a judgement. */
  readonly authorities: readonly string[]
  /** Headers that carry an identity, beside the standard ones. */
  readonly requestHeaders: RequestHeaderConfig | undefined
  /** Whether who has a certificate of the server's own authority is believed. */
  readonly trustsOwnAuthority: boolean
  /** In their order; without anonymous. */
  authenticators(peers: PeerCertificates): readonly Authenticator[]
  /** `first` are the author's own, asked before the others. */
  authorizer(first: readonly Authorizer[]): Authorizer
  /** What the cluster has to say of writes; `authorizer` answers what it asks about users. */
  admission(authorizer: Authorizer): readonly AdmissionPlugin[]
  /** `listener` is called whenever {@link authorities} has changed. */
  onAuthoritiesChanged(listener: () => void): void
  /** When the stores are open. `ownAuthority` is the PEM of the server's own certificate authority, where it has one. */
  start(ownAuthority: string): Promise<void>
  /** May be called twice. */
  close(): Promise<void>
}
