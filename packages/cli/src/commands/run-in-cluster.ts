import type { CommandModule } from 'yargs'
import { flagsOf, givenSettings, withManifestOptions } from '../manifests/flags.ts'
import { placementOf, type ManifestSettings } from '../manifests/settings.ts'
import { findProject } from '../project/project.ts'
import { servedResources } from '../project/served-resources.ts'
import { runTool, typed } from '../project/tool.ts'

interface Arguments extends ManifestSettings {
  'build-image': boolean
  'push-image': boolean
  'container-tool': string
  context?: string
  timeout: string
  'dry-run': boolean
}

export const runInCluster: CommandModule<object, Arguments> = {
  command: 'in-cluster',
  describe: 'Builds the image, pushes it, writes the manifests, lays them, and waits until the cluster serves the API',
  builder: (yargs) =>
    withManifestOptions(yargs)
      .option('build-image', { type: 'boolean', default: true, describe: '--no-build-image: it is there' })
      .option('push-image', { type: 'boolean', default: true, describe: '--no-push-image: the nodes have it' })
      .option('container-tool', { type: 'string', default: 'docker', describe: 'docker, or podman' })
      .option('context', { type: 'string', describe: 'of the kubeconfig; default: the current one' })
      .option('timeout', { type: 'string', default: '3m', describe: 'how long to wait for the cluster' })
      .option('dry-run', { type: 'boolean', default: false, describe: 'shows what would be run, and runs nothing' })
      .epilogue('The flags of `manifests` are kept in package.json, wherever they are given.'),
  handler: async (argv) => {
    const project = findProject(process.cwd())
    const given = givenSettings(argv)
    const settings = { ...(project.settings['manifests'] as ManifestSettings | undefined), ...given }
    const { image, namespace, name } = placementOf(project, settings)
    const { groups } = await servedResources(project.directory)
    const kubectl = ['kubectl', ...(argv.context === undefined ? [] : ['--context', argv.context])]
    const services = groups.flatMap(({ versions }) =>
      versions.map(({ group, version }) => `apiservice/${version}.${group}`),
    )
    const steps = [
      ...(argv['build-image'] ? [[argv['container-tool'], 'build', '--tag', image, '.']] : []),
      ...(argv['push-image'] ? [[argv['container-tool'], 'push', image]] : []),
      [process.execPath, process.argv[1] ?? '', 'manifests', ...flagsOf({ ...given, image })],
      [...kubectl, 'apply', '-k', `${settings.output ?? 'manifests'}/overlays/default`],
      [...kubectl, '--namespace', namespace, 'rollout', 'status', `deployment/${name}`, '--timeout', argv.timeout],
      [...kubectl, 'wait', '--for', 'condition=Available', ...services, '--timeout', argv.timeout],
    ]
    for (const step of steps)
      if (argv['dry-run']) process.stdout.write(`${typed(step)}\n`)
      else runTool(project.directory, step)
    if (!argv['dry-run'])
      process.stdout.write(`The cluster serves ${services.map((service) => service.slice(11)).join(', ')}.\n`)
  },
}
