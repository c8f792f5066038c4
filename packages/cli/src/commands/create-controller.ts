import type { CommandModule } from 'yargs'
import { findProject } from '../project/project.ts'
import { Changes } from '../scaffold/changes.ts'
import { findKind } from '../scaffold/kind-place.ts'
import { renderTemplate } from '../scaffold/render-template.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'

interface Arguments extends WritingArguments {
  group: string
  kind: string
}

export const createController: CommandModule<object, Arguments> = {
  command: 'controller',
  describe: 'Adds a controller for a kind that has none, as an imported one',
  builder: (yargs) =>
    withWritingOptions(yargs)
      .option('group', { type: 'string', demandOption: true, describe: "first part of the kind's API group" })
      .option('kind', { type: 'string', demandOption: true, describe: 'in CamelCase, singular: Widget' }),
  handler: (argv) => {
    const project = findProject(process.cwd())
    const changes = new Changes(project.directory)
    const { folder, kind, file, version } = findKind(changes, project, argv)
    changes.create(renderTemplate('controller', { demo: folder, v1alpha1: version, Widget: kind, widget: file }))
    changes.insert('controller/controllers.ts', {
      imports: `import { new${kind}Controller } from './${file}.ts'`,
      controllers: `  new${kind}Controller,`,
    })
    carryOut(changes, argv, [`write its reconcile in controller/${file}.ts`, 'npm start'])
  },
}
