import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ConfigError } from './config-error.ts'
import { StaticCredentials, TokenFile, type Credentials } from './credentials.ts'
import { readKubeConfigFiles } from './kube-config-file.ts'

/** Certificates as PEM, or the file that holds them: files are read again when they change. */
export type PemSource = { readonly data: Buffer } | { readonly file: string }

/** Where a cluster is, whom to trust there and who to be. */
export interface KubeConfigFields {
  /** `https://host:port`, perhaps with a path below which the API is. */
  readonly server: string
  /** The namespace of the context. Default `default`. */
  readonly namespace?: string
  /** Default: the certificate authorities of Node. */
  readonly ca?: PemSource
  readonly cert?: PemSource
  readonly key?: PemSource
  readonly insecureSkipTlsVerify?: boolean
  /** The name that the server's certificate must have. Default: the host of `server`. */
  readonly tlsServerName?: string
  readonly credentials?: Credentials
  /** Impersonate-User, -Uid, -Group and -Extra- headers. */
  readonly impersonation?: Readonly<Record<string, string | readonly string[]>>
}

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Where a server is and how to prove who asks: one context of a kubeconfig, or a pod's service account. */
export class KubeConfig {
  readonly server: string
  readonly namespace: string
  readonly ca: PemSource | undefined
  readonly cert: PemSource | undefined
  readonly key: PemSource | undefined
  readonly insecureSkipTlsVerify: boolean
  readonly tlsServerName: string | undefined
  readonly credentials: Credentials
  readonly impersonation: Readonly<Record<string, string | readonly string[]>>

  /** Throws {@link ConfigError} when the fields do not fit together. */
  constructor(fields: KubeConfigFields) {
    if (!/^https?:\/\//.test(fields.server) || !URL.canParse(fields.server))
      throw new ConfigError(`invalid server ${JSON.stringify(fields.server)}: must be an http or https URL`)
    if (fields.insecureSkipTlsVerify && fields.ca)
      throw new ConfigError('specifying a root certificates file with the insecure flag is not allowed')
    if (!fields.cert !== !fields.key) throw new ConfigError('a client certificate and its key must come together')
    this.server = fields.server.replace(/\/+$/, '')
    this.namespace = fields.namespace ?? 'default'
    this.ca = fields.ca
    this.cert = fields.cert
    this.key = fields.key
    this.insecureSkipTlsVerify = fields.insecureSkipTlsVerify ?? false
    this.tlsServerName = fields.tlsServerName
    this.credentials = fields.credentials ?? StaticCredentials.none
    this.impersonation = fields.impersonation ?? {}
  }

  /**
   * The file given; or else the files of KUBECONFIG; or else the service account of the pod; or else `~/.kube/config`.
   * Throws {@link ConfigError} when there is none, or when it is not complete. Source: controller-runtime client/config.
   */
  static load(path?: string, options: { readonly context?: string } = {}): KubeConfig {
    if (path !== undefined && path !== '') return KubeConfig.fromFiles([path], options)
    const listed = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '')
    if (listed.length > 0) {
      const present = listed.filter((file) => existsSync(file))
      if (present.length === 0) throw new ConfigError(`no file of KUBECONFIG exists: ${listed.join(delimiter)}`)
      return KubeConfig.fromFiles(present, options)
    }
    if (process.env['KUBERNETES_SERVICE_HOST'] && existsSync(join(serviceAccount, 'token')))
      return KubeConfig.inCluster()
    const home = join(homedir(), '.kube', 'config')
    if (existsSync(home)) return KubeConfig.fromFiles([home], options)
    throw new ConfigError(
      'invalid configuration: no configuration has been provided, and this is not a pod of a cluster',
    )
  }

  /** Several files are one: of entries with the same name, the first counts. */
  static fromFiles(paths: readonly string[], options: { readonly context?: string } = {}): KubeConfig {
    return new KubeConfig(readKubeConfigFiles(paths, options.context))
  }

  /** The service account of the pod that this runs in. `directory` is where its token, ca.crt and namespace are. */
  static inCluster(directory = serviceAccount): KubeConfig {
    const host = process.env['KUBERNETES_SERVICE_HOST'] ?? ''
    const port = process.env['KUBERNETES_SERVICE_PORT'] ?? ''
    if (host === '' || port === '')
      throw new ConfigError(
        'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined',
      )
    return new KubeConfig({
      server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
      namespace: namespaceOf(join(directory, 'namespace')),
      ca: { file: join(directory, 'ca.crt') },
      credentials: new TokenFile(join(directory, 'token')),
    })
  }
}

function namespaceOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim() || 'default'
  } catch {
    return 'default'
  }
}
