import type { CommandModule } from 'yargs'
import { Changes } from '../scaffold/changes.ts'
import { groupProblem, kebabCase, kindProblem, pluralOf, pluralProblem, versionProblem } from '../scaffold/names.ts'
import { findProject } from '../project/project.ts'
import { renderTemplate } from '../scaffold/render-template.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'
import { UserError } from '../user-error.ts'

interface Arguments extends WritingArguments {
  group: string
  version: string
  kind: string
  plural?: string
}

export const createResource: CommandModule<object, Arguments> = {
  command: 'resource',
  describe: 'Adds a kind: its schema, its resource in the server, and its controller',
  builder: (yargs) =>
    withWritingOptions(yargs)
      .version(false)
      .option('group', {
        type: 'string',
        demandOption: true,
        describe: "first part of the API group, before the project's domain",
      })
      .option('version', { type: 'string', demandOption: true, describe: 'as v1alpha1, v1beta1 or v1' })
      .option('kind', { type: 'string', demandOption: true, describe: 'in CamelCase, singular: Widget' })
      .option('plural', {
        type: 'string',
        describe: 'name of the resource in URLs; default: the kind in lower case with its English plural',
      }),
  handler: (argv) => {
    const { group, version, kind, plural = pluralOf(kind) } = argv
    const problem =
      flagged('group', groupProblem(group)) ??
      flagged('version', versionProblem(version)) ??
      flagged('kind', kindProblem(kind)) ??
      flagged('plural', pluralProblem(plural))
    if (problem !== undefined) throw new UserError(problem)
    const { directory, domain } = findProject(process.cwd())
    const file = kebabCase(kind)
    const changes = new Changes(directory)
    changes.create(
      renderTemplate('resource', {
        'demo.example.com': `${group}.${domain}`,
        v1alpha1: version,
        demo: group,
        widgets: plural,
        Widget: kind,
        widget: file,
      }),
    )
    changes.insert('server/resources.ts', {
      imports: `import { ${kind}Resource } from './${file}.ts'`,
      resources: `  new ${kind}Resource(),`,
    })
    changes.insert('controller/controllers.ts', {
      imports: `import { new${kind}Controller } from './${file}.ts'`,
      controllers: `  new${kind}Controller,`,
    })
    carryOut(changes, argv, ['npm test', 'npm start'])
  },
}

const flagged = (flag: string, problem: string | undefined): string | undefined =>
  problem === undefined ? undefined : `--${flag} ${problem}`
