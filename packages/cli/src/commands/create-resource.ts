import type { CommandModule } from 'yargs'
import { literal, sourceText } from '../import/source-text.ts'
import { groupName } from '../project/groups.ts'
import { findProject } from '../project/project.ts'
import { Changes } from '../scaffold/changes.ts'
import { check, type KindPlace } from '../scaffold/kind-place.ts'
import {
  groupProblem,
  kebabCase,
  kindProblem,
  pluralOf,
  pluralProblem,
  versionProblem,
  wordsProblem,
} from '../scaffold/names.ts'
import { required } from '../scaffold/questions.ts'
import { renderTemplate } from '../scaffold/render-template.ts'
import { addScale, standardScalePaths } from '../scaffold/scale.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'
import { UsageError } from '../user-error.ts'

interface Arguments extends WritingArguments {
  group?: string
  version?: string
  kind?: string
  plural?: string
  singular?: string
  'short-names': string[]
  categories: string[]
  'cluster-scoped': boolean
  status: boolean
  scale: boolean
  storage: 'stored' | 'none'
  controller: boolean
}

export const createResource: CommandModule<object, Arguments> = {
  command: 'resource',
  describe: 'Adds a kind: its schema, its resource in the server, and its controller',
  builder: (yargs) =>
    withWritingOptions(yargs)
      .version(false)
      .option('group', { type: 'string', describe: "first part of the API group, before the project's domain" })
      .option('version', { type: 'string', describe: 'as v1alpha1, v1beta1 or v1' })
      .option('kind', { type: 'string', describe: 'in CamelCase, singular: Widget' })
      .option('plural', {
        type: 'string',
        describe: 'name of the resource in URLs; default: the kind in lower case with its English plural',
      })
      .option('singular', { type: 'string', describe: 'default: the kind in lower case' })
      .option('short-names', {
        alias: 'short-name',
        type: 'string',
        array: true,
        default: [],
        describe: 'for kubectl, as wg; with commas, or several times',
      })
      .option('categories', {
        alias: 'category',
        type: 'string',
        array: true,
        default: [],
        describe: 'that `kubectl get` takes it in, as all',
      })
      .option('cluster-scoped', {
        alias: 'non-namespaced',
        type: 'boolean',
        default: false,
        describe: 'its objects are in no namespace',
      })
      .option('status', { type: 'boolean', default: true, describe: '--no-status: without status and its subresource' })
      .option('scale', { type: 'boolean', default: false, describe: 'with replicas, and the subresource scale' })
      .option('storage', {
        choices: ['stored', 'none'] as const,
        default: 'stored' as const,
        describe: 'none: its objects are made when they are asked for',
      })
      .option('controller', { type: 'boolean', default: true, describe: '--no-controller: without one' }),
  handler: async (argv) => {
    const { group, version, kind } = await required('create resource', argv, {
      group: { message: 'API group?', example: 'shop', problem: groupProblem },
      version: { message: 'Version?', example: 'v1alpha1', problem: versionProblem },
      kind: { message: 'Kind?', example: 'Order', problem: kindProblem },
    })
    const names = namesOf(argv, kind)
    const conditions = conditionsOf(argv)
    const project = findProject(process.cwd())
    const changes = new Changes(project.directory)
    const place: KindPlace = {
      folder: group,
      group: groupName(project, group),
      kind,
      file: kebabCase(kind),
      version,
    }
    changes.create(resourceFiles(place, names, conditions, argv.scale))
    changes.insert('server/resources.ts', {
      imports: `import { ${kind}Resource } from './${place.file}.ts'`,
      resources: `  new ${kind}Resource(),`,
    })
    if (conditions.controller)
      changes.insert('controller/controllers.ts', {
        imports: `import { new${kind}Controller } from './${place.file}.ts'`,
        controllers: `  new${kind}Controller,`,
      })
    carryOut(changes, argv, ['npm test', 'npm start'])
  },
}

interface Names {
  readonly plural: string
  readonly singular: string | undefined
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
}

/** Throws a UsageError for the first that Kubernetes would not take. */
function namesOf(argv: Arguments, kind: string): Names {
  const plural = argv.plural ?? pluralOf(kind)
  const { singular } = argv
  const [shortNames, categories] = [argv['short-names'], argv.categories].map((lists) =>
    lists.flatMap((list) => list.split(',')).filter((word) => word !== ''),
  ) as [string[], string[]]
  check({
    plural: pluralProblem(plural),
    singular: singular === undefined ? undefined : pluralProblem(singular),
    'short-names': wordsProblem(shortNames),
    categories: wordsProblem(categories),
  })
  if (shortNames.includes(plural) || shortNames.includes(singular ?? kind.toLowerCase()))
    throw new UsageError(
      `--short-names must be others than the resource's own names, as ${kind.charAt(0).toLowerCase()}s`,
    )
  return { plural, singular: singular === kind.toLowerCase() ? undefined : singular, shortNames, categories }
}

interface Conditions {
  readonly [condition: string]: boolean
  readonly controller: boolean
}

function conditionsOf({ storage, status, scale, controller, 'cluster-scoped': cluster }: Arguments): Conditions {
  if (storage === 'none' && scale) throw new UsageError('--scale needs a kind that is stored: leave out --storage none')
  if (!status && scale) throw new UsageError('--scale needs a status: leave out --no-status')
  const stored = storage === 'stored'
  return {
    stored,
    cluster,
    status: status && stored,
    controller: controller && stored,
    reconciled: controller && stored && status,
  }
}

function resourceFiles(place: KindPlace, names: Names, conditions: Conditions, scale: boolean) {
  const renamed = {
    'demo.example.com': place.group,
    v1alpha1: place.version,
    demo: place.folder,
    widgets: names.plural,
    Widget: place.kind,
    widget: place.file,
  }
  const files = renderTemplate(conditions['stored'] ? 'resource' : 'virtual', renamed, conditions)
    .filter(({ path }) => !path.startsWith('controller/') || conditions['reconciled'])
    .concat(conditions.controller && !conditions['reconciled'] ? renderTemplate('controller', renamed) : [])
  const declaration = `apis/${place.folder}/${place.version}/${place.file}.ts`
  const named = files.map((file) => (file.path === declaration ? { ...file, text: withNames(file.text, names) } : file))
  if (!scale) return named
  // Added before anything is compared with what is there, so that a second run finds the same.
  const drawn = new Changes('/nowhere')
  drawn.replace(named)
  addScale(drawn, place, standardScalePaths)
  return named.map((file) => ({ ...file, text: drawn.read(file.path) ?? file.text }))
}

function withNames(text: string, { plural, singular, shortNames, categories }: Names): string {
  const line = `  plural: '${plural}',\n`
  const members = Object.entries({ singular, shortNames, categories }).filter(([, value]) => value?.length)
  return text.replace(
    line,
    line +
      members.map(([name, value]) => `  ${name}: ${sourceText(literal(value), 2, name.length + 4, 1)},\n`).join(''),
  )
}
