import {
  accountOf,
  certificateFolder,
  labelsOf,
  servingPort,
  type Component,
  type Manifest,
  type Placement,
} from './placement.ts'

/** What a folder of the container holds. */
interface Mount {
  readonly name: string
  readonly path: string
  readonly readOnly?: boolean
  readonly source: Readonly<Record<string, unknown>>
}

interface Workload {
  readonly component: Component
  readonly name: string
  readonly args: readonly string[]
  readonly mounts: readonly Mount[]
  readonly resources: unknown
  readonly container?: Readonly<Record<string, unknown>>
  readonly pod?: Readonly<Record<string, unknown>>
  readonly replicas: number | string
  /** false: two must never run at once. */
  readonly rolling: boolean
}

const dataFolder = '/data'
const etcdFolder = '/etcd-certificates'

export function apiServerDeployment(placement: Placement): Manifest {
  const { name, storage, etcdServers, etcdSecret, tls } = placement
  const lmdb = storage === 'lmdb'
  return deployment(placement, {
    component: 'apiserver',
    name,
    replicas: placement.replicas,
    rolling: !lmdb,
    resources: placement.resources,
    args: [
      'dist/server.mjs',
      `--secure-port=${String(servingPort)}`,
      `--tls-cert-file=${certificateFolder}/tls.crt`,
      `--tls-private-key-file=${certificateFolder}/tls.key`,
      '--cert-dir=/tmp/certificates',
      ...(lmdb ? [`--data-dir=${dataFolder}`] : [`--etcd-servers=${etcdServers}`]),
      ...(!lmdb && etcdSecret !== undefined
        ? [
            `--etcd-cafile=${etcdFolder}/ca.crt`,
            `--etcd-certfile=${etcdFolder}/tls.crt`,
            `--etcd-keyfile=${etcdFolder}/tls.key`,
          ]
        : []),
      ...placement.apiserverArgs,
    ],
    mounts: [
      {
        name: 'certificates',
        path: certificateFolder,
        readOnly: true,
        source: { secret: { secretName: tls.secretName, defaultMode: 0o440 } },
      },
      ...(lmdb
        ? [{ name: 'data', path: dataFolder, source: { persistentVolumeClaim: { claimName: `${name}-data` } } }]
        : []),
      ...(!lmdb && etcdSecret !== undefined
        ? [
            {
              name: 'etcd-certificates',
              path: etcdFolder,
              readOnly: true,
              source: { secret: { secretName: etcdSecret, defaultMode: 0o440 } },
            },
          ]
        : []),
    ],
    container: {
      ports: [{ name: 'https', containerPort: servingPort, protocol: 'TCP' }],
      startupProbe: probe('/readyz', 2, 60),
      readinessProbe: probe('/readyz', 5, 3),
      livenessProbe: probe('/livez', 10, 6),
    },
    // A request may take 60 s, and is brought to its end.
    pod: { terminationGracePeriodSeconds: 75, ...(lmdb ? {} : { topologySpreadConstraints: [spread(placement)] }) },
  })
}

export function controllerDeployment(placement: Placement): Manifest {
  const { controllerEnv, controllerSecret } = placement
  return deployment(placement, {
    component: 'controller',
    name: `${placement.name}-controller`,
    replicas: 1,
    rolling: false,
    resources: placement.controllerResources,
    args: ['dist/controller.mjs', ...placement.controllerArgs],
    mounts:
      controllerSecret === undefined
        ? []
        : [
            {
              name: 'secret',
              path: controllerSecret.path,
              readOnly: true,
              source: { secret: { secretName: controllerSecret.name, defaultMode: 0o440 } },
            },
          ],
    ...(controllerEnv === undefined ? {} : { container: { env: controllerEnv } }),
    pod: { terminationGracePeriodSeconds: 45 },
  })
}

function deployment(placement: Placement, workload: Workload): Manifest {
  const labels = labelsOf(placement, workload.component)
  const mounts = [...workload.mounts, { name: 'tmp', path: '/tmp', source: { emptyDir: {} } }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: workload.name, namespace: placement.namespace, labels },
    spec: {
      replicas: workload.replicas,
      strategy: workload.rolling
        ? { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }
        : { type: 'Recreate' },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: accountOf(placement, workload.component),
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            runAsGroup: 65532,
            fsGroup: 65532,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          ...(placement.imagePullSecrets === undefined
            ? {}
            : { imagePullSecrets: secretsOf(placement.imagePullSecrets) }),
          ...workload.pod,
          containers: [
            {
              name: workload.component,
              image: placement.image,
              args: workload.args,
              ...workload.container,
              resources: workload.resources,
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: mounts.map(({ name, path, readOnly }: Mount) => ({
                name,
                mountPath: path,
                ...(readOnly ? { readOnly } : {}),
              })),
            },
          ],
          volumes: mounts.map(({ name, source }) => ({ name, ...source })),
        },
      },
    },
  }
}

/** A chart has them as an expression. */
const secretsOf = (names: readonly string[] | string): unknown =>
  typeof names === 'string' ? names : names.map((name) => ({ name }))

const probe = (path: string, periodSeconds: number, failureThreshold: number): unknown => ({
  httpGet: { path, port: 'https', scheme: 'HTTPS' },
  periodSeconds,
  timeoutSeconds: 5,
  failureThreshold,
})

const spread = (placement: Placement): unknown => ({
  maxSkew: 1,
  topologyKey: 'kubernetes.io/hostname',
  whenUnsatisfiable: 'ScheduleAnyway',
  labelSelector: { matchLabels: labelsOf(placement, 'apiserver') },
})
