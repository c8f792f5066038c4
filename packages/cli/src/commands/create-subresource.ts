import type { CommandModule } from 'yargs'
import { findProject } from '../project/project.ts'
import { Changes } from '../scaffold/changes.ts'
import { check, findKind, type KindPlace } from '../scaffold/kind-place.ts'
import { camelCase, groupProblem, kindProblem, subresourceProblem } from '../scaffold/names.ts'
import { required } from '../scaffold/questions.ts'
import { renderTemplate } from '../scaffold/render-template.ts'
import { addScale, standardScalePaths, type ScalePaths } from '../scaffold/scale.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'
import { UsageError } from '../user-error.ts'

/** Each but scale is a template. */
const types = {
  action: 'subresource',
  arbitrary: 'subresource-arbitrary',
  connect: 'subresource-connect',
  stream: 'subresource-stream',
  scale: undefined,
} as const

interface Arguments extends WritingArguments, ScalePaths {
  group?: string
  kind?: string
  type: keyof typeof types
  subresource?: string
}

export const createSubresource: CommandModule<object, Arguments> = {
  command: 'subresource',
  describe: "Adds something below a kind's objects: an action, a view, a stream, a connection, or scale",
  builder: (yargs) =>
    withWritingOptions(yargs)
      .option('group', { type: 'string', describe: "first part of the kind's API group" })
      .option('kind', { type: 'string', describe: 'in CamelCase, singular: Widget' })
      .option('type', {
        choices: Object.keys(types) as (keyof typeof types)[],
        default: 'action' as const,
        describe: 'action: POST; arbitrary: GET of a kind of its own; stream: text; connect: anything over HTTP',
      })
      .option('subresource', { type: 'string', describe: 'its name in URLs, as restart; of a scale it is scale' })
      .option('spec-replicas-path', {
        type: 'string',
        default: standardScalePaths['spec-replicas-path'],
        describe: 'of scale: where the wanted number is',
      })
      .option('status-replicas-path', {
        type: 'string',
        default: standardScalePaths['status-replicas-path'],
        describe: 'of scale: where the present number is',
      })
      .option('label-selector-path', {
        type: 'string',
        describe: 'of scale: where the selector is, for autoscalers',
      }),
  handler: async (argv) => {
    const asked = await required('create subresource', argv, {
      group: { message: "The kind's API group?", example: 'shop', problem: groupProblem },
      kind: { message: 'Kind?', example: 'Order', problem: kindProblem },
    })
    const project = findProject(process.cwd())
    const changes = new Changes(project.directory)
    const place = findKind(changes, project, asked)
    const template = types[argv.type]
    if (template === undefined) {
      if ((argv.subresource ?? 'scale') !== 'scale') throw new UsageError('--subresource: a scale is called scale')
      addScale(changes, place, argv)
    } else addSubresource(changes, place, template, argv)
    carryOut(changes, argv, ['npm test', 'npm start'])
  },
}

function addSubresource(
  changes: Changes,
  { folder, group, kind, file, version }: KindPlace,
  template: string,
  { subresource: name, type }: Arguments,
): void {
  if (name === undefined) throw new UsageError('which subresource? Give its name: --subresource restart')
  check({ subresource: subresourceProblem(name) })
  if (name === 'status' || name === 'scale')
    throw new UsageError(
      `--subresource ${name} is no ${type}: ${name === 'scale' ? 'use --type scale' : 'it is there already'}`,
    )
  const names = {
    'demo.example.com': group,
    demo: folder,
    v1alpha1: version,
    widgetrestarts: `${kind.toLowerCase()}${name.replaceAll('-', '')}s`,
    Widget: kind,
    widget: file,
    Restart: camelCase(name),
    restart: name,
  }
  const cluster = /^ {2}scope: 'Cluster'/m.test(changes.read(`apis/${folder}/${version}/${file}.ts`) ?? '')
  changes.create(renderTemplate(template, names, { cluster }))
  changes.insert(`server/${file}.ts`, {
    imports: `import { ${kind}${camelCase(name)}Subresource } from './${file}-${name}.ts'`,
    subresources: `    new ${kind}${camelCase(name)}Subresource(),`,
  })
}
