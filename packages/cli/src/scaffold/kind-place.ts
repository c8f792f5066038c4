import { groupName } from '../project/groups.ts'
import type { Project } from '../project/project.ts'
import { UsageError, UserError } from '../user-error.ts'
import type { Changes } from './changes.ts'
import { groupProblem, kebabCase, kindProblem } from './names.ts'

/** Where the files of a kind are. */
export interface KindPlace {
  /** The folder below `apis/`. */
  readonly folder: string
  readonly group: string
  readonly kind: string
  /** Its files are called so. */
  readonly file: string
  /** In which its objects are stored. */
  readonly version: string
}

/** Finds a kind that the server serves. Throws a UserError that says how to add it. */
export function findKind(changes: Changes, project: Project, asked: { group: string; kind: string }): KindPlace {
  const { group, kind } = asked
  check({ group: groupProblem(group), kind: kindProblem(kind) })
  const file = kebabCase(kind)
  const resource = changes.read(`server/${file}.ts`)
  const at = new RegExp(`import (?:type )?\\{ ${kind} \\} from '\\.\\./apis/([^/']+)/([^/']+)/${file}\\.ts'`).exec(
    resource ?? '',
  )
  const [, folder = '', version = ''] = at ?? []
  if (folder !== group)
    throw new UserError(
      `the project has no ${kind} in ${groupName(project, group)}: add it with \`apiserver-kit create resource --group ${group} --version v1alpha1 --kind ${kind}\``,
    )
  return {
    folder,
    group: groupOf(changes, { folder, version, file }) ?? groupName(project, group),
    kind,
    file,
    version,
  }
}

/** What the declaration says: an imported kind has the group that it had. */
const groupOf = (changes: Changes, { folder, version, file }: { folder: string; version: string; file: string }) =>
  /^\s*group: '([^']+)'/m.exec(changes.read(`apis/${folder}/${version}/${file}.ts`) ?? '')?.[1]

/** Throws for the first flag with a problem. */
export function check(problems: Readonly<Record<string, string | undefined>>): void {
  for (const [flag, problem] of Object.entries(problems))
    if (problem !== undefined) throw new UsageError(`--${flag} ${problem}`)
}

/** `v1beta1` → `V1beta1`. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
