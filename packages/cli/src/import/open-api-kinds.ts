import type { Json } from '../cluster/http-client.ts'
import { at, listAt, textAt } from '../cluster/members.ts'
import { resolved, schemaOf } from '../conform/open-api.ts'
import { pluralOf } from '../scaffold/names.ts'
import type { Crd, CrdVersion } from './crd.ts'

export interface OpenApiChoice {
  readonly group: string | undefined
  /** Empty: all of them. */
  readonly kinds: readonly string[]
  readonly storageVersion: string | undefined
}

export interface KindName {
  readonly group: string
  readonly kind: string
}

interface FoundKind extends KindName {
  readonly version: string
  readonly plural: string
  readonly namespaced: boolean
  readonly schema: Json
  readonly below: readonly string[]
}

/** The kinds that documents declare and serve, as CustomResourceDefinitions would. A kind of several documents has several versions. */
export function crdsOfOpenApi(documents: readonly Json[], choice: OpenApiChoice): Crd[] {
  const found = documents.flatMap(kindsIn).filter(({ group, kind }) => {
    const chosen = choice.group === undefined ? group !== '' && !group.endsWith('.k8s.io') : group === choice.group
    return chosen && (!choice.kinds.length || choice.kinds.includes(kind))
  })
  const versionsOf = new Map<string, FoundKind[]>()
  for (const kind of found) {
    const name = `${kind.group} ${kind.kind}`
    versionsOf.set(name, [...(versionsOf.get(name) ?? []), kind])
  }
  return [...versionsOf.values()].flatMap((versions): Crd[] => {
    const [first] = versions
    if (!first) return []
    const stored = versions.find(({ version }) => version === choice.storageVersion) ?? first
    return [
      {
        group: first.group,
        scope: first.namespaced ? 'Namespaced' : 'Cluster',
        names: { kind: first.kind, plural: first.plural },
        conversion: 'None',
        versions: versions.map((version) => versionOf(version, version === stored)),
      },
    ]
  })
}

/** The kinds that documents declare, each once. */
export const namesIn = (documents: readonly Json[]): KindName[] => [
  ...new Map(documents.flatMap(kindsIn).map(({ group, kind }) => [`${group} ${kind}`, { group, kind }])).values(),
]

const versionOf = ({ version, schema, below }: FoundKind, storage: boolean): CrdVersion => ({
  name: version,
  served: true,
  storage,
  schema: { openAPIV3Schema: cleaned(withoutMetadata(schema)) as Record<string, unknown> },
  subresources: {
    ...(below.includes('status') ? { status: {} } : {}),
    ...(below.includes('scale')
      ? { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } }
      : {}),
  },
})

function kindsIn(document: Json): FoundKind[] {
  // OpenAPI 2 keeps its schemas elsewhere.
  const v3 = document['components'] === undefined ? withLocalReferences(document) : document
  const paths = (document['paths'] ?? {}) as Record<string, Json>
  return Object.entries(paths).flatMap(([path, item]): FoundKind[] => {
    const match = /^\/apis\/([^/]+)\/([^/]+)\/(namespaces\/\{namespace\}\/)?([^/{}]+)$/.exec(path)
    const [, group = '', version = '', inNamespace, plural = ''] = match ?? []
    const kind = textAt(item, 'post', 'x-kubernetes-group-version-kind', 'kind') || kindOfList(item)
    if (!match || kind === '') return []
    const below = Object.keys(paths)
      .filter((other) => other.startsWith(`${path}/{name}/`))
      .map((other) => other.slice(path.length + '/{name}/'.length))
    const schema = schemaOf(v3, { group, version, kind })
    // A namespaced kind has a second collection, that of all namespaces.
    const second = inNamespace === undefined && paths[`/apis/${group}/${version}/namespaces/{namespace}/${plural}`]
    if (!schema || second) return []
    return [
      {
        group,
        version,
        kind,
        plural: plural || pluralOf(kind),
        namespaced: inNamespace !== undefined,
        schema: resolved(v3, schema),
        below,
      },
    ]
  })
}

const kindOfList = (item: Json): string => textAt(item, 'get', 'x-kubernetes-group-version-kind', 'kind')

/** An OpenAPI 2 document with its schemas where OpenAPI 3 has them. */
const withLocalReferences = ({ definitions, ...document }: Json): Json =>
  JSON.parse(
    JSON.stringify({ ...document, components: { schemas: definitions } }).replaceAll(
      '"#/definitions/',
      '"#/components/schemas/',
    ),
  ) as Json

/** What all objects have is not for a kind to say. */
function withoutMetadata(schema: Json): Json {
  const { apiVersion: _, kind: __, metadata: ___, ...properties } = (schema['properties'] ?? {}) as Record<string, Json>
  return { ...schema, properties }
}

/** Without what is said of a kind as a whole, and without the empty defaults that Go's documents have. */
function cleaned(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(cleaned)
  if (typeof schema !== 'object' || schema === null) return schema
  const isEmptyDefault = at(schema, 'default') !== undefined && JSON.stringify(at(schema, 'default')) === '{}'
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name]) => name !== 'x-kubernetes-group-version-kind' && !(name === 'default' && isEmptyDefault))
      .filter(
        ([name, value]) =>
          !(
            name === 'allOf' &&
            Array.isArray(value) &&
            listAt({ value }, 'value').some((s) => s['$ref'] !== undefined)
          ),
      )
      .map(([name, value]) => [name, cleaned(value)]),
  )
}
