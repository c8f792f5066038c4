import type { CommandModule } from 'yargs'
import { findProject } from '../project/project.ts'
import { Changes } from '../scaffold/changes.ts'
import { findKind } from '../scaffold/kind-place.ts'
import { groupProblem, kindProblem } from '../scaffold/names.ts'
import { required } from '../scaffold/questions.ts'
import { renderTemplate } from '../scaffold/render-template.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'

interface Arguments extends WritingArguments {
  group?: string
  kind?: string
}

export const createController: CommandModule<object, Arguments> = {
  command: 'controller',
  describe: 'Adds a controller for a kind that has none, as an imported one',
  builder: (yargs) =>
    withWritingOptions(yargs)
      .option('group', { type: 'string', describe: "first part of the kind's API group" })
      .option('kind', { type: 'string', describe: 'in CamelCase, singular: Widget' }),
  handler: async (argv) => {
    const asked = await required('create controller', argv, {
      group: { message: "The kind's API group?", example: 'shop', problem: groupProblem },
      kind: { message: 'Kind?', example: 'Order', problem: kindProblem },
    })
    const project = findProject(process.cwd())
    const changes = new Changes(project.directory)
    const { folder, kind, file, version } = findKind(changes, project, asked)
    changes.create(renderTemplate('controller', { demo: folder, v1alpha1: version, Widget: kind, widget: file }))
    changes.insert('controller/controllers.ts', {
      imports: `import { new${kind}Controller } from './${file}.ts'`,
      controllers: `  new${kind}Controller,`,
    })
    carryOut(changes, argv, [`write its reconcile in controller/${file}.ts`, 'npm start'])
  },
}
