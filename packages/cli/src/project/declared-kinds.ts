import { runInProject } from './run-in-project.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

/** A kind in one version, as its declaration says and the server serves it. */
export interface DeclaredKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly scope: 'Namespaced' | 'Cluster'
  readonly description: string
  readonly deprecationWarning?: string
  readonly schema: JsonSchema
  readonly columns: readonly {
    readonly name: string
    readonly type: string
    readonly jsonPath?: string
    readonly description?: string
  }[]
  readonly selectableFields: readonly string[]
  readonly verbs: readonly string[]
  readonly subresources: readonly { readonly name: string; readonly verbs: readonly string[] }[]
}

const source = `
import { ApiServer, MemoryBackend } from '@apiserver-kit/framework'
const { resources } = await import('./server/resources.ts')
const server = new ApiServer({ backend: new MemoryBackend() })
for (const resource of resources) server.install(resource)
answer(server.groups.flatMap(({ versions }) => versions.flatMap(({ resources }) => resources.map(({ kind, verbs, subresources }) => ({
  group: kind.group, version: kind.version, kind: kind.kind, plural: kind.plural, singular: kind.singular,
  shortNames: kind.shortNames, categories: kind.categories, scope: kind.scope, description: kind.description,
  deprecationWarning: kind.deprecationWarning, schema: kind.schema, columns: kind.columns ?? [],
  selectableFields: kind.selectableFields, verbs, subresources: subresources.map(({ name, verbs }) => ({ name, verbs })),
})))))`

/** Every kind of the project, in every version, the preferred version of a group first. */
export async function declaredKinds(directory: string): Promise<readonly DeclaredKind[]> {
  return (await runInProject(directory, source)) as readonly DeclaredKind[]
}
