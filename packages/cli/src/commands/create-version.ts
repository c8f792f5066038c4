import type { CommandModule } from 'yargs'
import { literal, sourceText } from '../import/source-text.ts'
import { findProject } from '../project/project.ts'
import { sampleObject } from '../project/sample-object.ts'
import { Changes } from '../scaffold/changes.ts'
import { insertLines } from '../scaffold/insert-lines.ts'
import { capital, findKind, type KindPlace } from '../scaffold/kind-place.ts'
import { groupProblem, kindProblem, versionProblem } from '../scaffold/names.ts'
import { required } from '../scaffold/questions.ts'
import { renderTemplate } from '../scaffold/render-template.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'
import { UserError } from '../user-error.ts'

interface Arguments extends WritingArguments {
  group?: string
  version?: string
  kind?: string
  from?: string
}

export const createVersion: CommandModule<object, Arguments> = {
  command: 'version',
  describe: 'Serves a kind in one more version: its schema, its conversion, and a test that nothing is lost',
  builder: (yargs) =>
    withWritingOptions(yargs.version(false))
      .option('group', { type: 'string', describe: "first part of the kind's API group" })
      .option('version', { type: 'string', describe: 'the new one, as v1beta1 or v1' })
      .option('kind', { type: 'string', describe: 'in CamelCase, singular: Widget' })
      .option('from', { type: 'string', describe: 'the version whose schema is copied; default: the stored one' }),
  handler: async (argv) => {
    const asked = await required('create version', argv, {
      group: { message: "The kind's API group?", example: 'shop', problem: groupProblem },
      kind: { message: 'Kind?', example: 'Order', problem: kindProblem },
      version: { message: 'The new version?', example: 'v1beta1', problem: versionProblem },
    })
    const project = findProject(process.cwd())
    const changes = new Changes(project.directory)
    const place = findKind(changes, project, asked)
    const { version } = asked
    const from = argv.from ?? place.version
    if (version === place.version || version === from)
      throw new UserError(`${place.kind} is served in ${version} already: nothing was changed`)
    changes.create([
      { path: `apis/${place.folder}/${version}/${place.file}.ts`, text: declaration(changes, place, from, version) },
    ])
    const sample = await sampleObject(
      project.directory,
      `./apis/${place.folder}/${place.version}/${place.file}.ts`,
      place.kind,
    )
    changes.create(conversionFiles(place, version, `  ${sourceText(literal(sample), 2, 2, 1)},`))
    const name = `${place.kind}${capital(version)}Conversion`
    changes.insert(`server/${place.file}.ts`, {
      imports: `import { ${name} } from './${place.file}-${version}.ts'`,
      versions: `    ${name},`,
    })
    carryOut(changes, argv, [
      `change apis/${place.folder}/${version}/${place.file}.ts, and server/${place.file}-${version}.ts with it`,
      'npm test',
    ])
  },
}

/** What stands there already wins: it may have been changed since. */
function declaration(changes: Changes, { folder, file, kind }: KindPlace, from: string, version: string): string {
  const path = `apis/${folder}/${version}/${file}.ts`
  const known = changes.read(path)
  if (known !== undefined) return known
  const source = changes.read(`apis/${folder}/${from}/${file}.ts`)
  if (source === undefined) throw new UserError(`--from ${from}: ${kind} has no such version`)
  const copy = source.replace(new RegExp(`^( *version: )'${from}'`, 'm'), `$1'${version}'`)
  if (copy === source)
    throw new UserError(`apis/${folder}/${from}/${file}.ts has no line "version: '${from}'": write ${path} by hand`)
  return copy
}

function conversionFiles({ folder, group, kind, file, version: stored }: KindPlace, version: string, sample: string) {
  return renderTemplate('version', {
    'demo.example.com': group,
    demo: folder,
    v1alpha1: stored,
    v1beta1: version,
    V1beta1: capital(version),
    Widget: kind,
    widget: file,
  }).map(({ path, text }) =>
    path.startsWith('test/') ? { path, text: insertLines(text, path, { samples: sample }) } : { path, text },
  )
}
