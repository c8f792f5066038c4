import type { Argv } from 'yargs'
import type { ManifestSettings } from './settings.ts'

/** The flags of `manifests` that package.json remembers. */
const remembered = [
  'name',
  'namespace',
  'image',
  'replicas',
  'storage',
  'etcdServers',
  'etcdSecret',
  'volumeSize',
  'storageClass',
  'imagePullSecrets',
  'serviceAccount',
  'apiserverArgs',
  'controllerArgs',
  'controllerEnv',
  'controllerSecret',
  'controllerSecretMount',
  'tls',
  'tlsSecret',
  'caFile',
  'output',
] as const satisfies readonly (keyof ManifestSettings)[]

/** Adds the flags of what is remembered. */
export const withManifestOptions = <T>(yargs: Argv<T>): Argv<T & ManifestSettings> =>
  yargs
    .option('image', { type: 'string', describe: 'container image; default: NAME:VERSION of package.json' })
    .option('name', {
      type: 'string',
      describe: 'of the Deployment, the Service and all else; default: the project’s',
    })
    .option('namespace', { type: 'string', describe: 'default: NAME-system' })
    .option('storage', {
      choices: ['lmdb', 'etcd'] as const,
      describe: 'lmdb: one replica with a volume; etcd: two replicas; default: etcd with --etcd-servers, else lmdb',
    })
    .option('replicas', { type: 'number', describe: 'with etcd; default: 2' })
    .option('etcd-servers', { type: 'string', describe: 'URLs, with commas between them' })
    .option('etcd-secret', { type: 'string', describe: 'Secret with ca.crt, tls.crt and tls.key for etcd' })
    .option('volume-size', { type: 'string', describe: 'with lmdb; default: 1Gi' })
    .option('storage-class', { type: 'string', describe: "with lmdb; default: the cluster's own" })
    .option('image-pull-secrets', { type: 'string', array: true, describe: 'names of Secrets of the registry' })
    .option('service-account', {
      type: 'string',
      describe: 'of all pods, and there already; default: new ones, NAME and NAME-controller',
    })
    .option('apiserver-args', { type: 'string', array: true, describe: 'further flags: --apiserver-args=--v=4' })
    .option('controller-args', {
      type: 'string',
      array: true,
      describe: 'further flags, for a controller that reads them',
    })
    .option('controller-env', { type: 'string', array: true, describe: 'of the controller: KEY=VALUE' })
    .option('controller-secret', { type: 'string', describe: 'name of a Secret that the controller reads' })
    .option('controller-secret-mount', {
      type: 'string',
      describe: 'folder of the Secret in the container; default: /secret',
    })
    .option('tls', {
      choices: ['generated', 'cert-manager', 'secret'] as const,
      describe: 'where the serving certificate comes from; default: generated, here and by the chart',
    })
    .option('tls-secret', { type: 'string', describe: 'name of the Secret with the serving certificate' })
    .option('ca-file', { type: 'string', describe: 'with --tls secret: PEM of the authority, for the APIServices' })
    .option('output', { type: 'string', describe: 'folder; default: manifests' })

/** Those that this command line has. */
export const givenSettings = (argv: ManifestSettings): ManifestSettings =>
  Object.fromEntries(remembered.flatMap((name) => (argv[name] === undefined ? [] : [[name, argv[name]]])))

/** Settings as they are typed. */
export const flagsOf = (settings: ManifestSettings): string[] =>
  Object.entries(settings).flatMap(([name, value]: [string, unknown]) =>
    [value].flat().map((one) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}=${String(one)}`),
  )
