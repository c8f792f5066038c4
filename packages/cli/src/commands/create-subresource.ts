import type { CommandModule } from 'yargs'
import { quoted } from '../import/source-text.ts'
import { findProject } from '../project/project.ts'
import { Changes } from '../scaffold/changes.ts'
import { check, findKind, type KindPlace } from '../scaffold/kind-place.ts'
import { camelCase, subresourceProblem } from '../scaffold/names.ts'
import { renderTemplate } from '../scaffold/render-template.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'
import { UserError } from '../user-error.ts'

interface Arguments extends WritingArguments {
  group: string
  kind: string
  type: 'arbitrary' | 'scale'
  subresource?: string
  'spec-replicas-path': string
  'status-replicas-path': string
  'label-selector-path'?: string
}

export const createSubresource: CommandModule<object, Arguments> = {
  command: 'subresource',
  describe: "Adds something below a kind's objects: an action (arbitrary), or scale",
  builder: (yargs) =>
    withWritingOptions(yargs)
      .option('group', { type: 'string', demandOption: true, describe: "first part of the kind's API group" })
      .option('kind', { type: 'string', demandOption: true, describe: 'in CamelCase, singular: Widget' })
      .option('type', {
        choices: ['arbitrary', 'scale'] as const,
        default: 'arbitrary' as const,
        describe: 'what it is',
      })
      .option('subresource', { type: 'string', describe: 'its name in URLs, as restart; of a scale it is scale' })
      .option('spec-replicas-path', {
        type: 'string',
        default: '.spec.replicas',
        describe: 'of scale: where the wanted number is',
      })
      .option('status-replicas-path', {
        type: 'string',
        default: '.status.replicas',
        describe: 'of scale: where the present number is',
      })
      .option('label-selector-path', {
        type: 'string',
        describe: 'of scale: where the selector is, for autoscalers',
      }),
  handler: (argv) => {
    const project = findProject(process.cwd())
    const changes = new Changes(project.directory)
    const place = findKind(changes, project, argv)
    if (argv.type === 'scale') addScale(changes, place, argv)
    else addAction(changes, place, argv.subresource)
    carryOut(changes, argv, ['npm test', 'npm start'])
  },
}

function addAction(
  changes: Changes,
  { folder, group, kind, file, version }: KindPlace,
  name: string | undefined,
): void {
  if (name === undefined) throw new UserError('which subresource? Give its name: --subresource restart')
  check({ subresource: subresourceProblem(name) })
  if (name === 'status' || name === 'scale')
    throw new UserError(
      `--subresource ${name} is no action: ${name === 'scale' ? 'use --type scale' : 'it is there already'}`,
    )
  changes.create(
    renderTemplate('subresource', {
      'demo.example.com': group,
      demo: folder,
      v1alpha1: version,
      widgetrestarts: `${kind.toLowerCase()}${name.replaceAll('-', '')}s`,
      Widget: kind,
      widget: file,
      Restart: camelCase(name),
      restart: name,
    }),
  )
  changes.insert(`server/${file}.ts`, {
    imports: `import { ${kind}${camelCase(name)}Subresource } from './${file}-${name}.ts'`,
    subresources: `    new ${kind}${camelCase(name)}Subresource(),`,
  })
}

const path = /^(\.[A-Za-z_][\w-]*)+$/

function addScale(changes: Changes, { folder, kind, file, version }: KindPlace, options: Arguments): void {
  if ((options.subresource ?? 'scale') !== 'scale') throw new UserError('--subresource: a scale is called scale')
  const { 'spec-replicas-path': specReplicasPath, 'status-replicas-path': statusReplicasPath } = options
  const labelSelectorPath = options['label-selector-path']
  for (const flag of ['spec-replicas-path', 'status-replicas-path', 'label-selector-path'] as const)
    if (!path.test(options[flag] ?? '.spec')) throw new UserError(`--${flag} must be as .spec.replicas`)
  const paths = {
    specReplicasPath,
    statusReplicasPath,
    ...(labelSelectorPath === undefined ? {} : { labelSelectorPath }),
  }
  const declaration = `apis/${folder}/${version}/${file}.ts`
  const declared = changes.read(declaration) ?? ''
  if (
    !/\breplicas:/.test(declared) &&
    specReplicasPath === '.spec.replicas' &&
    statusReplicasPath === '.status.replicas'
  )
    changes.insert(declaration, {
      spec: "      replicas: Type.Optional(Type.Int32({ minimum: 0, default: 1, description: 'How many are wanted.' })),",
      status: "        replicas: Type.Optional(Type.Int32({ minimum: 0, description: 'How many there are.' })),",
    })
  const resource = changes.read(`server/${file}.ts`) ?? ''
  if (resource.includes('new ScaleSubresource<')) {
    changes.replace([{ path: `server/${file}.ts`, text: resource }])
    return
  }
  const members = Object.entries(paths).map(([name, value]) => `      ${name}: ${quoted(value)},`)
  changes.insert(`server/${file}.ts`, {
    imports: "import { ScaleSubresource } from '@apiserver-kit/framework'",
    subresources: [`    new ScaleSubresource<${kind}>({`, ...members, '    }),'].join('\n'),
  })
}
