import type { CommandModule } from 'yargs'
import { findProject } from '../project/project.ts'
import { Changes } from '../scaffold/changes.ts'
import { kebabCase, kindProblem } from '../scaffold/names.ts'
import { required } from '../scaffold/questions.ts'
import { renderTemplate } from '../scaffold/render-template.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'

interface Arguments extends WritingArguments {
  name?: string
}

export const createAdmission: CommandModule<object, Arguments> = {
  command: 'admission',
  describe: 'Adds an admission plugin, which changes or refuses writes before they are stored',
  builder: (yargs) =>
    withWritingOptions(yargs).option('name', {
      type: 'string',
      demandOption: true,
      describe: 'in CamelCase, as RequireOwner',
    }),
  handler: async (argv) => {
    const { name } = await required('create admission', argv, {
      name: { message: 'Its name?', example: 'RequireOwner', problem: pluginProblem },
    })
    const { directory, domain } = findProject(process.cwd())
    const changes = new Changes(directory)
    const file = kebabCase(name)
    changes.create(renderTemplate('admission', { 'example.com': domain, Check: name, check: file }))
    changes.insert('server/admission.ts', {
      imports: `import { ${name} } from './admission/${file}.ts'`,
      admission: `  new ${name}(),`,
    })
    carryOut(changes, argv, [`write what it checks in server/admission/${file}.ts`, 'npm start'])
  },
}

const pluginProblem = (name: string): string | undefined => kindProblem(name)?.replace('Widget', 'RequireOwner')
