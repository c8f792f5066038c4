import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { CommandModule } from 'yargs'
import type { Json } from '../cluster/http-client.ts'
import { crdsOfOpenApi, namesIn, type KindName } from '../import/open-api-kinds.ts'
import { findProject } from '../project/project.ts'
import { Changes } from '../scaffold/changes.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'
import { UserError } from '../user-error.ts'
import { importInto } from './import-crd.ts'

interface Arguments extends WritingArguments {
  files: string[]
  group?: string
  kind: string[]
  'storage-version'?: string
  force: boolean
}

export const importOpenApi: CommandModule<object, Arguments> = {
  command: 'openapi <files..>',
  describe: 'Adds the kinds of OpenAPI documents, as /openapi/v3/apis/GROUP/VERSION of any server is one',
  builder: (yargs) =>
    withWritingOptions(yargs)
      .positional('files', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'JSON or YAML, OpenAPI 3 or 2, one for each version; - is the input',
      })
      .option('group', { type: 'string', describe: 'only its kinds; default: all but those of Kubernetes itself' })
      .option('kind', { type: 'string', array: true, default: [], describe: 'only these' })
      .option('storage-version', {
        type: 'string',
        describe: 'in which objects are stored; default: the first document’s',
      })
      .option('force', { type: 'boolean', default: false, describe: 'writes over files that are there already' }),
  handler: (argv) => {
    const { directory } = findProject(process.cwd())
    const documents = argv.files.map(documentIn)
    const { group, kind: kinds, 'storage-version': storageVersion } = argv
    const crds = crdsOfOpenApi(documents, { group, kinds, storageVersion })
    if (!crds.length) throw new UserError(`${argv.files.join(', ')} ${nothingFor(argv, namesIn(documents))}`)
    const changes = new Changes(directory)
    for (const crd of crds) importInto(changes, crd, argv.force)
    carryOut(changes, argv, ['npm test', 'npm start'])
  },
}

/** Why there is nothing to import from documents that declare `names`. */
function nothingFor({ group, kind }: Arguments, names: readonly KindName[]): string {
  if (!names.length)
    return 'declares no kind to import: kinds have x-kubernetes-group-version-kind and a path of their own'
  const groups = [...new Set(names.map((name) => name.group))]
  if (!groups.includes(group ?? '') && (group !== undefined || !kind.length))
    return `declares kinds of ${groups.join(', ')}: name the group with --group ${groups[0] ?? ''}`
  return `declares ${names.map((name) => `${name.kind} in ${name.group}`).join(', ')}: name one with --group and --kind`
}

function documentIn(file: string): Json {
  let document: unknown
  try {
    document = parse(readFileSync(file === '-' ? 0 : file, 'utf8'))
  } catch (cause) {
    throw new UserError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  if (typeof document !== 'object' || document === null || !('openapi' in document || 'swagger' in document))
    throw new UserError(
      `${file} is no OpenAPI document: get one by \`kubectl get --raw /openapi/v3/apis/GROUP/VERSION\``,
    )
  return document
}
