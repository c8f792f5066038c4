import type { CommandModule } from 'yargs'
import { declaredKinds } from '../project/declared-kinds.ts'
import { groupName, groupsOf } from '../project/groups.ts'
import { findProject } from '../project/project.ts'
import { isReferencePage, referencePages } from '../reference/pages.ts'
import { Changes } from '../scaffold/changes.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'
import { UserError } from '../user-error.ts'

interface Arguments extends WritingArguments {
  output: string
  title?: string
}

export const docs: CommandModule<object, Arguments> = {
  command: 'docs',
  describe: 'Writes reference pages of the API from its schemas: HTML without scripts',
  builder: (yargs) =>
    withWritingOptions(yargs)
      .option('output', { type: 'string', default: 'docs/api', describe: 'folder of the project' })
      .option('title', { type: 'string', describe: "default: the project's name" }),
  handler: async (argv) => {
    const project = findProject(process.cwd())
    const kinds = await declaredKinds(project.directory)
    if (!kinds.length)
      throw new UserError(
        'the project serves nothing yet: add a kind with `apiserver-kit create resource --group demo --version v1alpha1 --kind Widget`',
      )
    const descriptions = Object.entries(groupsOf(project)).map(([group, { description = '' }]) => [
      groupName(project, group),
      description,
    ])
    const changes = new Changes(project.directory)
    const pages = referencePages(
      argv.output,
      argv.title ?? project.name,
      kinds,
      Object.fromEntries(descriptions) as Record<string, string>,
    )
    // Of kinds and versions that are no more.
    const stale = changes
      .filesIn(argv.output, true)
      .filter((path) => isReferencePage(changes.read(path) ?? '') && !pages.some((page) => page.path === path))
    changes.remove(stale)
    changes.replace(pages)
    carryOut(changes, argv, [`open ${argv.output}/index.html`])
  },
}
