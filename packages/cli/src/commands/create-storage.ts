import type { CommandModule } from 'yargs'
import { findProject } from '../project/project.ts'
import { Changes } from '../scaffold/changes.ts'
import { kebabCase, kindProblem } from '../scaffold/names.ts'
import { required } from '../scaffold/questions.ts'
import { renderTemplate } from '../scaffold/render-template.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'

interface Arguments extends WritingArguments {
  name?: string
  use: boolean
}

export const createStorage: CommandModule<object, Arguments> = {
  command: 'storage',
  describe: 'Adds a storage of your own: a Backend that works, and the suite that judges it',
  builder: (yargs) =>
    withWritingOptions(yargs).option('name', { type: 'string', describe: 'in CamelCase, as Journal' }).option('use', {
      type: 'boolean',
      default: true,
      describe: '--no-use: the server keeps the storage that it has',
    }),
  handler: async (argv) => {
    const { name } = await required('create storage', argv, {
      name: { message: 'Its name?', example: 'Journal', problem: storageProblem },
    })
    const { directory } = findProject(process.cwd())
    const file = kebabCase(name)
    const changes = new Changes(directory)
    changes.create(renderTemplate('storage', { Journal: name, journal: file }))
    const used = argv.use && useIn(changes, name, file)
    carryOut(changes, argv, [
      'npm test',
      ...(used
        ? ['npm start']
        : [
            `in server/main.ts: import { ${name} } from './storage/${file}.ts', and say backend: ${construction(name)}`,
          ]),
    ])
  },
}

const storageProblem = (name: string): string | undefined => kindProblem(name)?.replace('Widget', 'Journal')

const construction = (name: string): string => `new ${name}(flags.dataDir)`

/** Whether the server's start was as the template has it, and so could be changed. */
function useIn(changes: Changes, name: string, file: string): boolean {
  const path = 'server/main.ts'
  const text = changes.read(path) ?? ''
  if (text.includes(construction(name))) {
    changes.replace([{ path, text }])
    return true
  }
  const changed = text
    .replace('backend: await backendOf(flags)', `backend: ${construction(name)}`)
    .replace(
      /import \{ ([^}]*)\bbackendOf, ([^}]*)\} from '@apiserver-kit\/framework'\n/,
      "import { $1$2} from '@apiserver-kit/framework'\n",
    )
    .replace(
      "import { resources } from './resources.ts'\n",
      `import { resources } from './resources.ts'\nimport { ${name} } from './storage/${file}.ts'\n`,
    )
  if (!changed.includes(construction(name)) || !changed.includes(`./storage/${file}.ts`)) return false
  changes.replace([{ path, text: changed }])
  return true
}
