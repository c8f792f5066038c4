/** How the API servers come by their serving certificate, and APIServices by its authority. */
export type TlsMode = 'generated' | 'cert-manager' | 'secret'

/** What the manifests of one deployment have to know beside what is served. For a Helm chart the texts are expressions of its templates. */
export interface Placement {
  /** Of the Deployment, the Service and all else; also the beginning of longer names. */
  readonly name: string
  readonly namespace: string
  readonly image: string
  readonly replicas: number | string
  readonly storage: 'etcd' | 'lmdb'
  /** URLs with commas between. */
  readonly etcdServers: string
  /** A Secret with ca.crt, tls.crt and tls.key for etcd. */
  readonly etcdSecret: string | undefined
  readonly volumeSize: string
  /** undefined: the cluster's own. */
  readonly storageClass: string | undefined
  /** Names of Secrets; undefined: none are needed. */
  readonly imagePullSecrets: readonly string[] | string | undefined
  /** Of all pods; undefined: each component has one of its own. */
  readonly serviceAccount: string | undefined
  /** Further flags of the programs. */
  readonly apiserverArgs: readonly string[]
  readonly controllerArgs: readonly string[]
  readonly controllerEnv: readonly { readonly name: string; readonly value: string }[] | string | undefined
  /** A Secret, and where its files are. */
  readonly controllerSecret: { readonly name: string; readonly path: string } | undefined
  readonly tls: {
    readonly mode: TlsMode
    /** Of type kubernetes.io/tls. */
    readonly secretName: string
    /** base64 of PEM; cert-manager fills it in by itself. */
    readonly caBundle: string | undefined
  }
  /** Requests and limits of the API servers' containers, and of the controller's. */
  readonly resources: unknown
  readonly controllerResources: unknown
}

export const standardResources = { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } } as const

/** An object of Kubernetes. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string }
  readonly [member: string]: unknown
}

export type Component = 'apiserver' | 'controller'

export const labelsOf = ({ name }: Placement, component: Component): Record<string, string> => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/component': component,
})

/** The ServiceAccount that a component's pods run as. */
export const accountOf = ({ name, serviceAccount }: Placement, component: Component): string =>
  serviceAccount ?? (component === 'apiserver' ? name : `${name}-controller`)

/** The name in the serving certificate that kube-apiserver asks for. */
export const servingName = ({ name, namespace }: Placement): string => `${name}.${namespace}.svc`

export const servingNames = (placement: Placement): string[] => {
  const { name, namespace } = placement
  return [servingName(placement), `${name}.${namespace}`, `${servingName(placement)}.cluster.local`, 'localhost']
}

/** Where the certificate's Secret is mounted. */
export const certificateFolder = '/certificates'
export const servingPort = 8443
