import { runInProject } from './run-in-project.ts'

export interface ServedSubresource {
  readonly name: string
  readonly verbs: readonly string[]
}

export interface ServedResource {
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly subresources: readonly ServedSubresource[]
}

export interface ServedVersion {
  readonly group: string
  readonly version: string
  readonly resources: readonly ServedResource[]
}

export interface ServedGroup {
  readonly group: string
  /** The preferred one first. */
  readonly versions: readonly ServedVersion[]
}

/** What a project serves and runs. */
export interface ServedProject {
  readonly groups: readonly ServedGroup[]
  /** It has controllers. */
  readonly controlled: boolean
}

const source = `
import { existsSync } from 'node:fs'
import { ApiServer, MemoryBackend } from '@apiserver-kit/framework'
const { resources } = await import('./server/resources.ts')
const server = new ApiServer({ backend: new MemoryBackend() })
for (const resource of resources) server.install(resource)
const controllers = existsSync('controller/controllers.ts') ? (await import('./controller/controllers.ts')).controllers : []
answer({
  controlled: controllers.length > 0,
  groups: server.groups.map(({ group, versions }) => ({
    group,
    versions: versions.map(({ version, resources }) => ({
      group,
      version,
      resources: resources.map(({ kind, namespaced, verbs, subresources }) => ({
        plural: kind.plural,
        kind: kind.kind,
        namespaced,
        verbs,
        subresources: subresources.map(({ name, verbs }) => ({ name, verbs })),
      })),
    })),
  })),
})`

/** Loads the project's resources, as its server does. */
export async function servedResources(directory: string): Promise<ServedProject> {
  return (await runInProject(directory, source)) as ServedProject
}
