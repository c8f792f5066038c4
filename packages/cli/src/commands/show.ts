import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import colors from 'picocolors'
import type { CommandModule } from 'yargs'
import { findProject } from '../project/project.ts'
import { servedCluster, type CertificateFacts, type ShownPod, type ShownServer } from '../project/served-cluster.ts'
import { UserError } from '../user-error.ts'

interface Arguments {
  kubeconfig?: string
  context?: string
  json: boolean
}

/** A certificate with less to live than this deserves a colour. */
const warnDays = 30

export const show: CommandModule<object, Arguments> = {
  command: 'show',
  describe: 'Shows what a server serves, its APIServices and pods, and when certificates expire',
  builder: (yargs) =>
    yargs
      .option('kubeconfig', {
        type: 'string',
        describe: "default: that of `npm start`, when it is there; else KUBECONFIG or the cluster's",
      })
      .option('context', { type: 'string', describe: 'of the kubeconfig; default: the current one' })
      .option('json', { type: 'boolean', default: false, describe: 'as JSON' }),
  handler: async ({ kubeconfig, context, json }) => {
    const { directory } = findProject(process.cwd())
    if (kubeconfig !== undefined && !existsSync(resolve(kubeconfig)))
      throw new UserError(`--kubeconfig ${kubeconfig}: there is no such file`)
    const own = join(directory, 'data/kubeconfig')
    const file = kubeconfig === undefined ? (existsSync(own) ? own : undefined) : resolve(kubeconfig)
    const shown = await servedCluster(directory, { kubeconfig: file, context })
    process.stdout.write(json ? `${JSON.stringify(shown, undefined, 2)}\n` : text(shown))
  },
}

function text({
  server,
  version,
  servingCertificate,
  clientCertificate,
  versions,
  apiServices,
  pods,
}: ShownServer): string {
  const served = versions.map(({ groupVersion, resources }) => [
    ['', ''],
    [colors.bold(groupVersion), ''],
    ...resources.map(({ name, kind, namespaced, verbs }) => [
      `  ${name}`,
      `${kind}${namespaced ? '' : ' (in no namespace)'}: ${verbs.join(', ')}`,
    ]),
  ])
  const services = apiServices.map(({ name, available, reason, message, authority }) => [
    `APIService ${name}`,
    `${available ? colors.green('available') : colors.red(`not available: ${reason} ${message}`)}${authority ? `; authority ${lifetime(authority)}` : ''}`,
  ])
  const rows = [
    ['Server', `${server} (${version})`],
    ...(servingCertificate ? [['Serving certificate', lifetime(servingCertificate)]] : []),
    ...(clientCertificate ? [['Client certificate', lifetime(clientCertificate)]] : []),
    ...services,
    ...pods.map(podRow),
    ...served.flat(),
  ]
  const width = Math.max(...rows.map(([name = '']) => (name.startsWith('\u001b') ? 0 : name.length)))
  return `${rows.map(([name = '', value = '']) => (value === '' ? name : `${name.padEnd(width)}  ${value}`)).join('\n')}\n`
}

const podRow = ({ namespace, name, phase, ready, restarts }: ShownPod): [string, string] => [
  `Pod ${namespace}/${name}`,
  `${ready ? colors.green('ready') : colors.red(`not ready: ${phase}`)}${restarts ? `, restarted ${String(restarts)} times` : ''}`,
]

function lifetime({ subject, expires, daysLeft }: CertificateFacts): string {
  const days = daysLeft < 0 ? 'expired' : `in ${String(daysLeft)} days`
  return `${subject}, expires ${expires.slice(0, 10)} (${daysLeft < warnDays ? colors.red(days) : days})`
}
