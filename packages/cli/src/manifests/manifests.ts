import type { ServedProject } from '../project/served-resources.ts'
import { accountOf, labelsOf, servingNames, type Component, type Manifest, type Placement } from './placement.ts'
import { apiServerRoles, controllerRoles, userRoles } from './roles.ts'
import { apiServerDeployment, controllerDeployment } from './workloads.ts'

/** Objects by the name of their file, without its ending. */
export type ManifestFiles = Readonly<Record<string, readonly Manifest[]>>

/** All of a deployment but its Namespace. */
export function manifestFiles(placement: Placement, project: ServedProject): ManifestFiles {
  return {
    'service-account': serviceAccounts(placement, 'apiserver'),
    rbac: apiServerRoles(placement),
    'user-roles': userRoles(placement, project),
    ...(placement.storage === 'lmdb' ? { 'persistent-volume-claim': [volumeClaim(placement)] } : {}),
    ...(placement.tls.mode === 'cert-manager' ? { certificate: certManagerObjects(placement) } : {}),
    deployment: [apiServerDeployment(placement)],
    service: [service(placement)],
    apiservices: apiServices(placement, project),
    'pod-disruption-budget': [disruptionBudget(placement)],
    'network-policy': networkPolicies(placement, project),
    ...(project.controlled
      ? {
          controller: [
            ...serviceAccounts(placement, 'controller'),
            ...controllerRoles(placement, project),
            controllerDeployment(placement),
          ],
        }
      : {}),
  }
}

export const namespace = (placement: Placement): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: placement.namespace,
    labels: { 'app.kubernetes.io/name': placement.name, 'pod-security.kubernetes.io/enforce': 'restricted' },
  },
})

/** None where another is to be taken. */
const serviceAccounts = (placement: Placement, component: Component): Manifest[] =>
  placement.serviceAccount === undefined
    ? [
        {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: {
            name: accountOf(placement, component),
            namespace: placement.namespace,
            labels: labelsOf(placement, component),
          },
        },
      ]
    : []

const meta = (placement: Placement, name = placement.name): Manifest['metadata'] => ({
  name,
  namespace: placement.namespace,
  labels: labelsOf(placement, 'apiserver'),
})

const service = (placement: Placement): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta(placement),
  spec: {
    type: 'ClusterIP',
    selector: labelsOf(placement, 'apiserver'),
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 'https' }],
  },
})

const volumeClaim = (placement: Placement): Manifest => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: meta(placement, `${placement.name}-data`),
  spec: {
    accessModes: ['ReadWriteOnce'],
    ...(placement.storageClass === undefined ? {} : { storageClassName: placement.storageClass }),
    resources: { requests: { storage: placement.volumeSize } },
  },
})

/** One for each version of each group; the preferred version has the highest priority. */
function apiServices(placement: Placement, { groups }: ServedProject): Manifest[] {
  const { name, namespace, tls } = placement
  return groups.flatMap(({ group, versions }) =>
    versions.map(({ version }, place) => ({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: {
        name: `${version}.${group}`,
        labels: labelsOf(placement, 'apiserver'),
        ...(tls.mode === 'cert-manager'
          ? { annotations: { 'cert-manager.io/inject-ca-from': `${namespace}/${name}-serving` } }
          : {}),
      },
      spec: {
        group,
        version,
        groupPriorityMinimum: 1000,
        versionPriority: Math.max(1, 100 - 10 * place),
        service: { name, namespace, port: 443 },
        ...(tls.caBundle === undefined ? {} : { caBundle: tls.caBundle }),
      },
    })),
  )
}

/** A drain may take one at a time; with a single replica it takes that. */
const disruptionBudget = (placement: Placement): Manifest => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: meta(placement),
  spec: { maxUnavailable: 1, selector: { matchLabels: labelsOf(placement, 'apiserver') } },
})

/** kube-apiserver stands outside of the pod network, where no selector finds it: the port is open to all, and everything else is closed. */
function networkPolicies(placement: Placement, { controlled }: ServedProject): Manifest[] {
  const policy = (name: string, component: 'apiserver' | 'controller', ingress: readonly unknown[]): Manifest => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: placement.namespace, labels: labelsOf(placement, component) },
    spec: { podSelector: { matchLabels: labelsOf(placement, component) }, policyTypes: ['Ingress'], ingress },
  })
  return [
    policy(placement.name, 'apiserver', [{ ports: [{ port: 'https', protocol: 'TCP' }] }]),
    ...(controlled ? [policy(`${placement.name}-controller`, 'controller', [])] : []),
  ]
}

/** An authority of its own, which signs the serving certificate; cert-manager renews both, and puts the authority into the APIServices. */
function certManagerObjects(placement: Placement): Manifest[] {
  const { name, tls } = placement
  const object = (kind: string, objectName: string, spec: unknown): Manifest => ({
    apiVersion: 'cert-manager.io/v1',
    kind,
    metadata: meta(placement, objectName),
    spec,
  })
  const key = { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' }
  return [
    object('Issuer', `${name}-self-signed`, { selfSigned: {} }),
    object('Certificate', `${name}-ca`, {
      isCA: true,
      commonName: `${name}-ca`,
      secretName: `${name}-ca`,
      duration: '43800h',
      privateKey: { ...key, rotationPolicy: 'Never' },
      issuerRef: { kind: 'Issuer', name: `${name}-self-signed` },
    }),
    object('Issuer', `${name}-ca`, { ca: { secretName: `${name}-ca` } }),
    object('Certificate', `${name}-serving`, {
      secretName: tls.secretName,
      duration: '2160h',
      renewBefore: '720h',
      dnsNames: servingNames(placement),
      usages: ['server auth'],
      privateKey: key,
      issuerRef: { kind: 'Issuer', name: `${name}-ca` },
    }),
  ]
}
