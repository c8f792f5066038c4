import type { CommandModule } from 'yargs'
import { groupsOf, type GroupSetting } from '../project/groups.ts'
import { findProject, withSetting } from '../project/project.ts'
import { Changes } from '../scaffold/changes.ts'
import { check } from '../scaffold/kind-place.ts'
import { domainProblem, groupProblem } from '../scaffold/names.ts'
import { required } from '../scaffold/questions.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'

interface Arguments extends WritingArguments {
  group?: string
  name?: string
  description?: string
}

export const createGroup: CommandModule<object, Arguments> = {
  command: 'group',
  describe: 'Adds an API group, where it has a name or a description of its own; kinds make theirs themselves',
  builder: (yargs) =>
    withWritingOptions(yargs)
      .option('group', { type: 'string', describe: 'one word, the folder of its kinds: shop' })
      .option('name', { type: 'string', describe: "its whole name; default: the word and the project's domain" })
      .option('description', { type: 'string', describe: 'for the reference pages of `apiserver-kit docs`' }),
  handler: async (argv) => {
    const { name, description } = argv
    const { group } = await required('create group', argv, {
      group: { message: 'Which group?', example: 'shop', problem: groupProblem },
    })
    check({ name: name === undefined ? undefined : domainProblem(name) })
    const project = findProject(process.cwd())
    const groups = groupsOf(project)
    const known = Object.hasOwn(groups, group) ? groups[group] : {}
    const setting: GroupSetting = {
      ...known,
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
    }
    const changes = new Changes(project.directory)
    const text = withSetting(changes.read('package.json') ?? '{}', 'groups', { ...groups, [group]: setting })
    changes.replace([{ path: 'package.json', text }])
    carryOut(changes, argv, [`npx apiserver-kit create resource --group ${group} --version v1alpha1 --kind Order`])
  },
}
