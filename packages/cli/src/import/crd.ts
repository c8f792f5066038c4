import { isMap, isSeq, parseAllDocuments, type Tags } from 'yaml'
import { UserError } from '../user-error.ts'
import type { CrdSchema } from './schema-source.ts'

/** apiextensions.k8s.io/v1 CustomResourceDefinition, as far as it is imported. */
export interface Crd {
  readonly group: string
  readonly scope: 'Namespaced' | 'Cluster'
  readonly names: CrdNames
  readonly conversion: string
  readonly versions: readonly CrdVersion[]
}

export interface CrdNames {
  readonly plural: string
  readonly kind: string
  readonly singular?: string
  readonly listKind?: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
}

export interface CrdVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated?: boolean
  readonly deprecationWarning?: string
  readonly schema?: { readonly openAPIV3Schema?: CrdSchema }
  readonly subresources?: {
    readonly status?: object
    readonly scale?: {
      readonly specReplicasPath: string
      readonly statusReplicasPath: string
      readonly labelSelectorPath?: string
    }
  }
  readonly additionalPrinterColumns?: readonly Readonly<Record<string, unknown>>[]
  readonly selectableFields?: readonly { readonly jsonPath: string }[]
}

/** The CustomResourceDefinitions in a file of YAML or JSON; other objects are passed over. Throws a UserError that names the file. */
export function crdsIn(text: string, file: string): Crd[] {
  const objects = documentsOf(text, file).flatMap(itemsOf)
  const crds = objects.filter((object) => object['kind'] === 'CustomResourceDefinition')
  if (!crds.length) throw new UserError(`${file} holds no CustomResourceDefinition`)
  return crds.map((crd) => crdOf(crd, file))
}

type JsonObject = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** As Kubernetes reads YAML: 1.1, but for its moments and its numbers in sixties, which stay texts. */
function documentsOf(text: string, file: string): unknown[] {
  const customTags = (tags: Tags): Tags =>
    tags.filter(
      (tag) =>
        typeof tag === 'string' ||
        (tag.tag !== 'tag:yaml.org,2002:timestamp' && !('format' in tag && tag.format === 'TIME')),
    )
  const parsed = parseAllDocuments(text, { version: '1.1', customTags, intAsBigInt: true })
  if (!Array.isArray(parsed)) return []
  return parsed.map((document) => {
    const [error] = document.errors
    if (error) throw new UserError(`${file}: ${error.message}`)
    if (document.contents !== null && !isMap(document.contents) && !isSeq(document.contents)) return undefined
    return withNumbers(document.toJS())
  })
}

/** Whole numbers that a double holds as numbers; others stay as they are. */
function withNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (Array.isArray(value)) return value.map(withNumbers)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withNumbers(member)]))
}

function itemsOf(document: unknown): JsonObject[] {
  if (!isObject(document)) return []
  const { items } = document
  return Array.isArray(items) ? items.filter(isObject) : [document]
}

function crdOf({ apiVersion, metadata, spec }: JsonObject, file: string): Crd {
  const name = isObject(metadata) ? String(metadata['name']) : ''
  const wrong = (what: string): UserError => new UserError(`${file}: CustomResourceDefinition ${name}: ${what}`)
  if (apiVersion !== 'apiextensions.k8s.io/v1')
    throw wrong(
      `is of ${String(apiVersion)}, which no cluster since 1.22 serves: bring it to apiextensions.k8s.io/v1 first`,
    )
  if (
    !isObject(spec) ||
    typeof spec['group'] !== 'string' ||
    !isObject(spec['names']) ||
    !Array.isArray(spec['versions'])
  )
    throw wrong('spec needs group, names and versions')
  const { group, scope, names, conversion } = spec
  if (scope !== 'Namespaced' && scope !== 'Cluster') throw wrong('spec.scope must be Namespaced or Cluster')
  if (typeof names['kind'] !== 'string' || typeof names['plural'] !== 'string')
    throw wrong('spec.names needs kind and plural')
  const versions = spec['versions'] as readonly CrdVersion[]
  if (versions.filter(({ storage }) => storage).length !== 1) throw wrong('one of its versions must be the stored one')
  for (const { name: version, schema } of versions)
    if (!schema?.openAPIV3Schema) throw wrong(`version ${version} has no schema`)
  const strategy = isObject(conversion) && typeof conversion['strategy'] === 'string' ? conversion['strategy'] : 'None'
  return { group, scope, names: names as unknown as CrdNames, conversion: strategy, versions }
}
