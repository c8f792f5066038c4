import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { privilegedGroup } from '../../auth/authentication/authenticator.ts'
import type { AuthorizationAttributes } from '../../auth/authorization/authorizer.ts'
import { DefaultRoles } from '../../auth/authorization/default-roles.ts'
import { PrivilegedGroups } from '../../auth/authorization/privileged-groups.ts'
import { UnionAuthorizer } from '../../auth/authorization/union.ts'
import { Client } from '../../client/client.ts'
import { isAlreadyExists, isNotFound } from '../../client/error-kinds.ts'
import { KubeConfig } from '../../client/kube-config.ts'
import type { ResourceKind } from '../../client/resource-kind.ts'
import { StoredResource } from '../../registry/stored-resource.ts'
import type { UserInfo } from '../../request/context.ts'
import { ApiServer } from '../../server/api-server.ts'
import { createCertificate, type CertificateAndKey } from '../../server/serving/certificate-builder.ts'
import { writePrivate } from '../../server/serving/certificate-files.ts'
import { MemoryBackend } from '../../storage/backends/memory/index.ts'
import { RegistrationResource, registrationKinds } from './admission-resources.ts'
import {
  ConfigMap,
  SubjectAccessReviewResource,
  TokenReviewResource,
  type ReviewBehaviour,
} from './review-resources.ts'

class ConfigMapResource extends StoredResource<ConfigMap> {
  readonly storageVersion = ConfigMap
  override readonly managesGeneration = false
}

const Namespace: ResourceKind = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', scope: 'Cluster' }
const configMapName = 'extension-apiserver-authentication'
const dayMs = 24 * 60 * 60 * 1000

/** Says whether somebody may do something. */
export type Grant = (attributes: AuthorizationAttributes) => boolean

/**
 * As much of a cluster as a server behind its aggregation layer asks: namespaces, TokenReviews, SubjectAccessReviews, webhooks and policies, and the ConfigMap that names
 * the trusted authorities. What an ordinary user may do are RBAC's default roles, and what the test grants.
 */
export class FakeCluster {
  readonly directory: string
  readonly behaviour: ReviewBehaviour
  readonly tokenReviews: TokenReviewResource
  readonly accessReviews: SubjectAccessReviewResource
  /** Signs users' certificates. */
  readonly userAuthority: CertificateAndKey = authority('kubernetes-ca')
  /** Signs the certificates of the front proxy. */
  readonly proxyAuthority: CertificateAndKey = authority('front-proxy-ca')
  readonly #server: ApiServer
  readonly #tokens = new Map<string, UserInfo>()
  readonly #grants: Grant[] = []
  #client: Client | undefined

  private constructor(port: number) {
    this.directory = mkdtempSync(join(tmpdir(), 'fake-cluster-'))
    const roles = new UnionAuthorizer([new PrivilegedGroups(privilegedGroup), new DefaultRoles()])
    this.behaviour = {
      failWith: undefined,
      userOfToken: (token) => this.#tokens.get(token),
      allows: async (attributes) =>
        (await roles.authorize(attributes)).decision === 'Allow' || this.#grants.some((grant) => grant(attributes)),
    }
    this.tokenReviews = new TokenReviewResource(this.behaviour)
    this.accessReviews = new SubjectAccessReviewResource(this.behaviour)
    this.#server = new ApiServer({
      backend: new MemoryBackend(),
      bindAddress: '127.0.0.1',
      securePort: port,
      certDir: join(this.directory, 'certificates'),
      writeKubeconfig: join(this.directory, 'kubeconfig'),
      standalone: true,
      log: pino({ level: 'silent' }),
    })
      .install(new ConfigMapResource())
      .install(this.tokenReviews)
      .install(this.accessReviews)
    for (const kind of registrationKinds) this.#server.install(new RegistrationResource(kind))
  }

  /** `port` 0 (default): a free one. */
  static async start({ port = 0 }: { readonly port?: number } = {}): Promise<FakeCluster> {
    const cluster = new FakeCluster(port)
    await cluster.#server.listen()
    await cluster.createNamespace('kube-system')
    await cluster.setAuthentication(cluster.standardAuthentication)
    return cluster
  }

  get url(): string {
    return this.#server.url
  }

  /** The file of the administrator, which may do everything. */
  get kubeconfig(): string {
    return join(this.directory, 'kubeconfig')
  }

  /** The administrator. */
  get client(): Client {
    return (this.#client ??= new Client(KubeConfig.load(this.kubeconfig)))
  }

  /** What kube-apiserver writes into the ConfigMap, with kubeadm's flags. */
  get standardAuthentication(): Record<string, string> {
    return {
      'client-ca-file': this.userAuthority.certificate,
      'requestheader-client-ca-file': this.proxyAuthority.certificate,
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-username-headers': '["X-Remote-User"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    }
  }

  /** Writes the ConfigMap; undefined takes it away. */
  async setAuthentication(data: Record<string, string> | undefined): Promise<void> {
    const maps = this.client.resource(ConfigMap).namespace('kube-system')
    try {
      await maps.delete(configMapName)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
    if (data) await maps.create({ metadata: { name: configMapName, namespace: 'kube-system' }, data })
  }

  /** Changes the ConfigMap in one step, as kube-apiserver does. */
  async updateAuthentication(data: Record<string, string>): Promise<void> {
    const maps = this.client.resource(ConfigMap).namespace('kube-system')
    const map = await maps.get(configMapName)
    await maps.update({ ...map, data })
  }

  async createNamespace(name: string): Promise<void> {
    try {
      await this.client.resource(Namespace).create({ metadata: { name } })
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
    }
  }

  async deleteNamespace(name: string): Promise<void> {
    await this.client.resource(Namespace).delete(name)
  }

  addToken(token: string, user: Partial<UserInfo> & Pick<UserInfo, 'name'>): void {
    this.#tokens.set(token, { uid: '', groups: [], extra: {}, ...user })
  }

  removeToken(token: string): void {
    this.#tokens.delete(token)
  }

  grant(grant: Grant): void {
    this.#grants.push(grant)
  }

  revokeAll(): void {
    this.#grants.length = 0
  }

  /** A client certificate that the users' authority signed. */
  certificateOf(name: string, organizations: readonly string[] = []): CertificateAndKey {
    return leaf(name, organizations, this.userAuthority)
  }

  /** The certificate with which the aggregation layer comes. */
  proxyCertificate(name = 'front-proxy-client'): CertificateAndKey {
    return leaf(name, [], this.proxyAuthority)
  }

  /** Writes a certificate and its key below {@link directory}. */
  save(name: string, pair: CertificateAndKey): { readonly cert: string; readonly key: string } {
    const [cert, key] = [join(this.directory, `${name}.crt`), join(this.directory, `${name}.key`)]
    writePrivate(cert, pair.certificate)
    writePrivate(key, pair.key)
    return { cert, key }
  }

  /** Ends it and removes its files. May be called twice. */
  async close(): Promise<void> {
    this.#client?.close()
    await this.#server.close()
    rmSync(this.directory, { recursive: true, force: true })
  }
}

function authority(commonName: string): CertificateAndKey {
  return createCertificate({ commonName, ca: {}, ...validity() })
}

function leaf(commonName: string, organizations: readonly string[], issuer: CertificateAndKey): CertificateAndKey {
  return createCertificate({ commonName, organizations, usages: ['clientAuth'], issuer, ...validity() })
}

function validity(): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + 30 * dayMs) }
}
