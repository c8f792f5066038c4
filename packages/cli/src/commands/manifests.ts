import type { CommandModule } from 'yargs'
import { givenSettings, withManifestOptions } from '../manifests/flags.ts'
import { isChangedByHand, isGenerated } from '../manifests/generated-file.ts'
import { helmChart } from '../manifests/helm.ts'
import { kustomizeBase, kustomizeOverlay } from '../manifests/kustomize.ts'
import type { Placement } from '../manifests/placement.ts'
import { servingCertificate } from '../manifests/serving-certificate.ts'
import { placementOf, type ManifestSettings } from '../manifests/settings.ts'
import { findProject, withSetting } from '../project/project.ts'
import { servedResources } from '../project/served-resources.ts'
import { Changes, type SourceFile } from '../scaffold/changes.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'
import { UserError } from '../user-error.ts'

type Arguments = WritingArguments & ManifestSettings & { 'rotate-certificate': boolean; force: boolean }

export const manifests: CommandModule<object, Arguments> = {
  command: 'manifests',
  describe: 'Writes what a cluster needs to run the server: a Kustomize layout and a Helm chart',
  builder: (yargs) =>
    withManifestOptions(withWritingOptions(yargs))
      .option('rotate-certificate', {
        type: 'boolean',
        default: false,
        describe: 'with --tls generated: a new one now',
      })
      .option('force', { type: 'boolean', default: false, describe: 'writes over files that were changed by hand' })
      .epilogue(
        'The flags are kept in package.json: after a change of what is served, `apiserver-kit manifests` will do.',
      ),
  handler: async (argv) => {
    const project = findProject(process.cwd())
    const settings = { ...(project.settings['manifests'] as ManifestSettings | undefined), ...givenSettings(argv) }
    const placement = placementOf(project, settings)
    const served = await servedResources(project.directory)
    if (!served.groups.length)
      throw new UserError(
        'the project serves nothing yet: add a kind with `apiserver-kit create resource --group demo --version v1alpha1 --kind Widget`',
      )
    const { output = 'manifests' } = settings
    const changes = new Changes(project.directory)
    const files = await manifestsBelow(changes, output, placement, argv['rotate-certificate'])
    const generated = [
      ...kustomizeBase(`${output}/base`, files.placement, served),
      ...helmChart(`${output}/chart`, { chart: placement.name, version: project.version }, files.placement, served),
    ]
    const stale = [`${output}/base`, `${output}/chart/templates`]
      .flatMap((folder) => changes.filesIn(folder))
      .filter((path) => isGenerated(changes.read(path) ?? '') && !generated.some((file) => file.path === path))
    if (!argv.force) refuseChanged(changes, [...generated, ...stale.map((path) => ({ path, text: '' }))])
    changes.remove(stale)
    changes.replace([...files.certificate, ...generated])
    const overlay = kustomizeOverlay(`${output}/overlays/default/kustomization.yaml`)
    if (changes.read(overlay.path) === undefined) changes.create([overlay])
    rememberIn(changes, settings)
    carryOut(changes, argv, [
      `kubectl apply -k ${output}/overlays/default`,
      `helm install ${placement.name} ${output}/chart --namespace ${placement.namespace} --create-namespace   # or so`,
    ])
  },
}

/** The certificate, where it is made here, and the placement that trusts it. */
async function manifestsBelow(
  changes: Changes,
  output: string,
  placement: Placement,
  rotate: boolean,
): Promise<{ readonly placement: Placement; readonly certificate: readonly SourceFile[] }> {
  const { tls } = placement
  if (tls.mode !== 'generated') return { placement, certificate: [] }
  const { files, authorities } = await servingCertificate(changes, `${output}/base/certificates`, placement, { rotate })
  const caBundle = Buffer.from(authorities).toString('base64')
  return { placement: { ...placement, tls: { ...tls, caBundle } }, certificate: files }
}

function refuseChanged(changes: Changes, files: readonly SourceFile[]): void {
  const changed = files.filter(({ path, text }) => {
    const now = changes.read(path)
    return now !== undefined && now !== text && isChangedByHand(now)
  })
  if (changed.length)
    throw new UserError(
      `${changed.map(({ path }) => path).join(', ')} was changed by hand: nothing was written. Move the change into an overlay or a values file, and run with --force`,
    )
}

function rememberIn(changes: Changes, settings: ManifestSettings): void {
  const text = changes.read('package.json')
  if (text !== undefined && Object.keys(settings).length)
    changes.replace([{ path: 'package.json', text: withSetting(text, 'manifests', settings) }])
}
