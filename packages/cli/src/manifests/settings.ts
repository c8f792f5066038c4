import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Project } from '../project/project.ts'
import { UsageError, UserError } from '../user-error.ts'
import { standardResources, type Placement, type TlsMode } from './placement.ts'

/** What the flags say, and package.json remembers. */
export interface ManifestSettings {
  readonly name?: string
  readonly namespace?: string
  readonly image?: string
  readonly replicas?: number
  readonly storage?: 'etcd' | 'lmdb'
  readonly etcdServers?: string
  readonly etcdSecret?: string
  readonly volumeSize?: string
  readonly storageClass?: string
  readonly imagePullSecrets?: readonly string[]
  readonly serviceAccount?: string
  readonly apiserverArgs?: readonly string[]
  readonly controllerArgs?: readonly string[]
  /** KEY=VALUE */
  readonly controllerEnv?: readonly string[]
  readonly controllerSecret?: string
  readonly controllerSecretMount?: string
  readonly tls?: TlsMode
  readonly tlsSecret?: string
  readonly caFile?: string
  readonly output?: string
}

const objectName = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/
const label = /^[a-z]([-a-z0-9]*[a-z0-9])?$/

/** The settings with their defaults. Throws a UserError that names the flag of what is wrong or missing. */
export function placementOf(project: Project, settings: ManifestSettings): Placement {
  const { name = dnsLabel(project.name), tls = 'generated', etcdServers = '', caFile } = settings
  const { namespace = `${name}-system`, storage = etcdServers === '' ? 'lmdb' : 'etcd' } = settings
  for (const [flag, value] of Object.entries({ name, namespace }))
    if (!label.test(value) || value.length > 40)
      throw new UsageError(`--${flag} ${value}: must be a DNS label of at most 40 letters, as sample-apiserver`)
  if (storage === 'etcd' && etcdServers === '')
    throw new UsageError('--storage etcd needs its addresses: --etcd-servers https://etcd.etcd.svc:2379')
  const { replicas = storage === 'etcd' ? 2 : 1, volumeSize = '1Gi', image = `${name}:${project.version}` } = settings
  if (!Number.isInteger(replicas) || replicas < 1) throw new UsageError('--replicas must be a whole number above 0')
  if (storage === 'lmdb' && replicas > 1)
    throw new UsageError('--replicas: the embedded store is of one server; for more, use --storage etcd')
  if (!/^\d+(\.\d+)?([KMGTPE]i?)?$/.test(volumeSize)) throw new UsageError('--volume-size must be as 1Gi')
  if (!/^[\w][\w./:@-]*$/.test(image)) throw new UsageError('--image must be as ghcr.io/me/my-apiserver:1.0.0')
  if (tls === 'secret' && (settings.tlsSecret === undefined || caFile === undefined))
    throw new UsageError('--tls secret needs --tls-secret NAME and --ca-file FILE with the PEM of its authority')
  const { storageClass, imagePullSecrets, serviceAccount, controllerSecret, controllerSecretMount } = settings
  const { apiserverArgs = [], controllerArgs = [], controllerEnv = [] } = settings
  for (const [flag, names] of Object.entries({
    'storage-class': storageClass === undefined ? [] : [storageClass],
    'image-pull-secrets': imagePullSecrets ?? [],
    'service-account': serviceAccount === undefined ? [] : [serviceAccount],
    'controller-secret': controllerSecret === undefined ? [] : [controllerSecret],
  }))
    if (!names.every((object) => objectName.test(object)))
      throw new UsageError(`--${flag} must be the name of an object, as fast-ssd`)
  for (const [flag, args] of Object.entries({ apiserver: apiserverArgs, controller: controllerArgs }))
    if (!args.every((arg) => arg.startsWith('-')))
      throw new UsageError(`--${flag}-args must be flags of the program, as --${flag}-args=--v=4`)
  if (!controllerEnv.every((variable) => /^[A-Za-z_][A-Za-z0-9_]*=/.test(variable)))
    throw new UsageError('--controller-env must be KEY=VALUE, as --controller-env REGION=eu-west-1')
  if (controllerSecretMount !== undefined && controllerSecret === undefined)
    throw new UsageError('--controller-secret-mount needs the name of the Secret: --controller-secret NAME')
  if (controllerSecretMount !== undefined && !/^\/[^:]+$/.test(controllerSecretMount))
    throw new UsageError('--controller-secret-mount must be a path from the root, as /secret')
  return {
    name,
    namespace,
    image,
    replicas,
    storage,
    etcdServers,
    etcdSecret: settings.etcdSecret,
    volumeSize,
    storageClass,
    imagePullSecrets,
    serviceAccount,
    apiserverArgs,
    controllerArgs,
    controllerEnv: controllerEnv.length
      ? controllerEnv.map((variable) => {
          const at = variable.indexOf('=')
          return { name: variable.slice(0, at), value: variable.slice(at + 1) }
        })
      : undefined,
    controllerSecret:
      controllerSecret === undefined ? undefined : { name: controllerSecret, path: controllerSecretMount ?? '/secret' },
    tls: {
      mode: tls,
      secretName: settings.tlsSecret ?? `${name}-tls`,
      caBundle: tls === 'secret' && caFile !== undefined ? caBundleOf(resolve(project.directory, caFile)) : undefined,
    },
    resources: standardResources,
    controllerResources: standardResources,
  }
}

function caBundleOf(file: string): string {
  let pem: string
  try {
    pem = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new UserError(`--ca-file: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new UserError(`--ca-file ${file}: has no certificate in PEM`)
  return Buffer.from(pem).toString('base64')
}

const dnsLabel = (name: string): string =>
  name
    .replace(/^@[^/]*\//, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40) || 'apiserver'
