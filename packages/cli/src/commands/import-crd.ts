import { readFileSync } from 'node:fs'
import type { CommandModule } from 'yargs'
import { crdsIn, type Crd } from '../import/crd.ts'
import { kindFiles } from '../import/kind-files.ts'
import { resourceFile } from '../import/resource-file.ts'
import { findProject } from '../project/project.ts'
import { Changes } from '../scaffold/changes.ts'
import { kebabCase } from '../scaffold/names.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'
import { UserError } from '../user-error.ts'

interface Arguments extends WritingArguments {
  files: string[]
  force: boolean
}

export const importCrd: CommandModule<object, Arguments> = {
  command: 'crd <files..>',
  describe: 'Adds the kinds of CustomResourceDefinitions: their schemas as declarations, and a resource for each',
  builder: (yargs) =>
    withWritingOptions(yargs)
      .positional('files', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'YAML or JSON; - is the input',
      })
      .option('force', { type: 'boolean', default: false, describe: 'writes over files that are there already' }),
  handler: (argv) => {
    const { directory } = findProject(process.cwd())
    const crds = argv.files.flatMap((file) => crdsIn(textOf(file), file))
    const changes = new Changes(directory)
    for (const crd of crds) importInto(changes, crd, argv.force)
    for (const warning of crds.flatMap(warningsOf)) process.stderr.write(`warning: ${warning}\n`)
    carryOut(changes, argv, ['npm test', 'npm start'])
  },
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (cause) {
    throw new UserError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

/** Lays the files of an imported kind, and installs its resource. */
export function importInto(changes: Changes, crd: Crd, force: boolean): void {
  const { kind } = crd.names
  const place = { folder: crd.group.split('.')[0] ?? crd.group, file: kebabCase(kind) }
  const stored = crd.versions.find(({ storage }) => storage)
  if (!stored) return
  const files = [
    ...crd.versions.flatMap((version) =>
      kindFiles(crd, version, place.file).map(({ name, text }) => ({
        path: `apis/${place.folder}/${version.name}/${name}`,
        text,
      })),
    ),
    { path: `server/${place.file}.ts`, text: resourceFile(crd, stored, place) },
  ]
  if (force) changes.replace(files)
  else changes.create(files, '; --force writes over them')
  changes.insert('server/resources.ts', {
    imports: `import { ${kind}Resource } from './${place.file}.ts'`,
    resources: `  new ${kind}Resource(),`,
  })
}

/** What a CRD says and its import does not. */
function warningsOf({ group, names, versions, conversion }: Crd): string[] {
  const name = `${names.plural}.${group}`
  const stored = versions.find(({ storage }) => storage)
  const same = (version: (typeof versions)[number]): boolean =>
    JSON.stringify(version.subresources ?? {}) === JSON.stringify(stored?.subresources ?? {})
  return [
    ...(conversion === 'None'
      ? []
      : [`${name}: a webhook converts its versions: write the conversions of its resource`]),
    ...(stored?.served === false ? [`${name}: its stored version ${stored.name} is not served, and will be`] : []),
    ...versions.filter((v) => !same(v)).map((v) => `${name}: ${v.name} gets the subresources of ${stored?.name ?? ''}`),
  ]
}
