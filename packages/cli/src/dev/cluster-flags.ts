import { networkInterfaces } from 'node:os'
import { connectionOf } from '../cluster/connection.ts'
import { HttpClient } from '../cluster/http-client.ts'
import { placementOf } from '../manifests/settings.ts'
import { servingCertificate } from '../manifests/serving-certificate.ts'
import type { Project } from '../project/project.ts'
import { servedResources } from '../project/served-resources.ts'
import { outputOf } from '../project/tool.ts'
import { Changes } from '../scaffold/changes.ts'
import { UserError } from '../user-error.ts'
import { LaptopInCluster } from './laptop-in-cluster.ts'

export interface ClusterRun {
  readonly laptop: LaptopInCluster
  /** For the server, and for whoever else asks the cluster. */
  readonly flags: readonly string[]
  readonly kubeconfig: string
}

const folder = 'data/cluster'

/** Lays this machine's server into a cluster. Files of the run are kept below `data/cluster`. */
export async function clusterRun(
  project: Project,
  asked: { readonly context?: string; readonly address?: string; readonly port: number },
): Promise<ClusterRun> {
  const { context, port, address = ownAddress() } = asked
  const chosen = context === undefined ? [] : ['--context', context]
  const config = outputOf(project.directory, ['kubectl', 'config', 'view', '--raw', '--minify', '--flatten', ...chosen])
  const placement = placementOf(project, project.settings['manifests'] ?? {})
  const place = { ...placement, name: `${placement.name}-dev`, namespace: `${placement.name}-dev` }
  const { groups } = await servedResources(project.directory)
  if (!groups.length)
    throw new UserError('the project serves nothing yet: add a kind with `apiserver-kit create resource`')
  const changes = new Changes(project.directory)
  const { files, authorities } = await servingCertificate(changes, folder, place, { rotate: false })
  changes.replace([...files, { path: `${folder}/kubeconfig`, text: config, secret: true }])
  changes.write()
  const kubeconfig = `./${folder}/kubeconfig`
  const http = new HttpClient(
    connectionOf({ kubeconfig: `${project.directory}/${folder}/kubeconfig`, 'insecure-skip-tls-verify': false }),
  )
  const versions = groups.flatMap((group) => group.versions.map(({ version }) => ({ group: group.group, version })))
  const laptop = new LaptopInCluster(http, {
    name: place.name,
    namespace: place.namespace,
    address,
    port,
    authorities,
    versions,
  })
  await laptop.lay()
  process.stdout.write(
    `The cluster asks ${address}:${port} for ${versions.map((v) => `${v.version}.${v.group}`).join(', ')}, until this ends\n`,
  )
  return {
    laptop,
    kubeconfig,
    flags: [
      ...['--secure-port', String(port), '--bind-address', '0.0.0.0', '--data-dir', './data'],
      ...['--tls-cert-file', `./${folder}/tls.crt`, '--tls-private-key-file', `./${folder}/tls.key`],
      ...[
        '--kubeconfig',
        kubeconfig,
        '--authentication-kubeconfig',
        kubeconfig,
        '--authorization-kubeconfig',
        kubeconfig,
      ],
    ],
  }
}

function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const found = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)
  if (!found) throw new UserError('this machine has no address that a cluster could reach: name one with --address')
  return found.address
}
