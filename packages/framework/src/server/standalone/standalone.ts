import { readFileSync } from 'node:fs'
import type { AdmissionPlugin } from '../../auth/admission/plugin.ts'
import { privilegedGroup, type Authenticator } from '../../auth/authentication/authenticator.ts'
import { BearerTokenAuthenticator } from '../../auth/authentication/bearer-token.ts'
import type { PeerCertificates } from '../../auth/authentication/peer-certificates.ts'
import { RequestHeaderAuthenticator, type RequestHeaderConfig } from '../../auth/authentication/request-header.ts'
import { StaticTokens } from '../../auth/authentication/static-tokens.ts'
import { TrustFile } from '../../auth/authentication/trust-file.ts'
import { TrustRoots } from '../../auth/authentication/trust-roots.ts'
import { WebSocketTokenAuthenticator } from '../../auth/authentication/websocket-token.ts'
import { X509Authenticator } from '../../auth/authentication/x509.ts'
import { AlwaysAllowPaths } from '../../auth/authorization/always-allow-paths.ts'
import type { Authorizer } from '../../auth/authorization/authorizer.ts'
import { DefaultRoles } from '../../auth/authorization/default-roles.ts'
import { PrivilegedGroups } from '../../auth/authorization/privileged-groups.ts'
import { UnionAuthorizer } from '../../auth/authorization/union.ts'
import type { ResourceRegistry } from '../../registry/resource-registry.ts'
import type { Resource } from '../../registry/resource.ts'
import type { ServerFlags } from '../options.ts'
import { proxyOfFlags, type FlaggedProxy } from '../request-header-flags.ts'
import type { HealthCheck } from '../routes/health.ts'
import type { Surroundings } from '../surroundings.ts'
import { ClusterResources } from './cluster-resources.ts'

/** A server without a cluster: its own authority signs its administrator, and it keeps namespaces, leases and events itself. */
export class Standalone implements Surroundings {
  readonly namespaces: ClusterResources
  readonly resources: readonly Resource[]
  readonly healthChecks: readonly HealthCheck[] = []
  readonly startHooks = []
  readonly trustsOwnAuthority = true
  readonly #flags: ServerFlags & { readonly authorizationAlwaysAllowPaths: readonly string[] }
  readonly #tokens: StaticTokens | undefined
  readonly #file: TrustFile | undefined
  readonly #proxy: FlaggedProxy | undefined
  #own: TrustRoots | undefined

  /** Throws when a file of the flags cannot be read. */
  constructor(
    registry: ResourceRegistry,
    flags: ServerFlags & { readonly authorizationAlwaysAllowPaths: readonly string[] },
    onError: (error: unknown) => void,
  ) {
    this.#flags = flags
    this.namespaces = new ClusterResources(registry)
    this.resources = this.namespaces.resources
    if (flags.tokenAuthFile !== undefined) {
      this.#tokens = new StaticTokens()
      this.#tokens.addFile(readFileSync(flags.tokenAuthFile, 'utf8'))
    }
    this.#file = flags.clientCaFile === undefined ? undefined : new TrustFile(flags.clientCaFile, onError)
    this.#proxy = proxyOfFlags(flags, onError)
  }

  get requestHeaders(): RequestHeaderConfig | undefined {
    return this.#proxy?.headers
  }

  get authorities(): readonly string[] {
    return [this.#own, this.#file?.current, this.#proxy?.trust.current].flatMap((roots) => roots?.pem ?? [])
  }

  authenticators(peers: PeerCertificates): readonly Authenticator[] {
    const own = (): TrustRoots | undefined => this.#own
    const proxy = this.#proxy
    return [
      ...(proxy ? [new RequestHeaderAuthenticator(peers, proxy.trust, () => proxy.headers)] : []),
      new X509Authenticator(peers, {
        get current() {
          return own()
        },
      }),
      ...(this.#file ? [new X509Authenticator(peers, this.#file)] : []),
      ...(this.#tokens
        ? [new BearerTokenAuthenticator(this.#tokens), new WebSocketTokenAuthenticator(this.#tokens)]
        : []),
    ]
  }

  authorizer(first: readonly Authorizer[]): Authorizer {
    return new UnionAuthorizer([
      new PrivilegedGroups(privilegedGroup),
      new AlwaysAllowPaths(this.#flags.authorizationAlwaysAllowPaths),
      ...first,
      new DefaultRoles(),
    ])
  }

  /** There is no cluster that could have something to say. */
  admission(): readonly AdmissionPlugin[] {
    return []
  }

  onAuthoritiesChanged(listener: () => void): void {
    this.#file?.onChange(listener)
    this.#proxy?.trust.onChange(listener)
  }

  async start(ownAuthority: string): Promise<void> {
    this.#own = TrustRoots.fromPem(ownAuthority)
    await this.namespaces.start()
  }

  async close(): Promise<void> {
    this.#file?.close()
    this.#proxy?.trust.close()
    await this.namespaces.close()
  }
}
