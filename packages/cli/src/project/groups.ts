import type { Project } from './project.ts'

/** What `create group` remembers of one. */
export interface GroupSetting {
  /** Its whole name, where that is not the word and the project's domain. */
  readonly name?: string
  readonly description?: string
}

export const groupsOf = (project: Project): Readonly<Record<string, GroupSetting>> =>
  (project.settings['groups'] ?? {}) as Readonly<Record<string, GroupSetting>>

/** `shop` → `shop.example.org` */
export const groupName = (project: Project, group: string): string => {
  const groups = groupsOf(project)
  return (Object.hasOwn(groups, group) ? groups[group]?.name : undefined) ?? `${group}.${project.domain}`
}
