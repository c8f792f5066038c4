import type { Logger } from 'pino'
import type { AdmissionPlugin } from '../auth/admission/plugin.ts'
import type { Backend } from '../storage/backend.ts'

/** What an ApiServer is made of. Every member but `backend` has a default. */
export interface ApiServerOptions extends ServerFlags {
  /** Where stored resources live, unless `install` says otherwise. */
  readonly backend: Backend
  /** Asked in this order, after the server's own. */
  readonly admission?: readonly AdmissionPlugin[]
  readonly log?: Logger
}

/** The flags of the command line, by the names of Go's sample-apiserver. */
export interface ServerFlags {
  /** Port of HTTPS; 0 takes a free one. Default 8443. */
  readonly securePort?: number
  /** Default 0.0.0.0. */
  readonly bindAddress?: string
  /** Where the server keeps the certificates it makes. Default `apiserver.local.config/certificates`. */
  readonly certDir?: string
  readonly tlsCertFile?: string
  readonly tlsPrivateKeyFile?: string
  /** Authorities whose client certificates name users: CN the user, O the groups. */
  readonly clientCaFile?: string
  /** The cluster behind this server. Without it the server stands alone, with namespaces, leases and events of its own. */
  readonly kubeconfig?: string
  /** Client addresses of an etcd. Read by {@link backendOf}, as the four below; an ApiServer has its `backend`. */
  readonly etcdServers?: readonly string[]
  /** PEM; the authorities of etcd's certificate. */
  readonly etcdCaFile?: string
  /** PEM; what this server shows to etcd. */
  readonly etcdCertFile?: string
  readonly etcdKeyFile?: string
  /** History is kept so many seconds at least and twice as many at most; 0: for ever. Default 300. */
  readonly etcdCompactionIntervalSeconds?: number
  /** What the server's keys begin with. Default `/registry`. */
  readonly etcdPrefix?: string
  /** Writes the administrator's kubeconfig here when the server is ready. */
  readonly writeKubeconfig?: string
  /** Longest a request may take, in seconds. Default 60. */
  readonly requestTimeoutSeconds?: number
  readonly maxRequestsInflight?: number
  readonly maxMutatingRequestsInflight?: number
}

export const defaults: Required<
  Pick<
    ServerFlags,
    | 'securePort'
    | 'bindAddress'
    | 'certDir'
    | 'etcdPrefix'
    | 'requestTimeoutSeconds'
    | 'maxRequestsInflight'
    | 'maxMutatingRequestsInflight'
  >
> = {
  securePort: 8443,
  bindAddress: '0.0.0.0',
  certDir: 'apiserver.local.config/certificates',
  etcdPrefix: '/registry',
  requestTimeoutSeconds: 60,
  maxRequestsInflight: 400,
  maxMutatingRequestsInflight: 200,
}
