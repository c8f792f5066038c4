import type { Static, TSchema } from '@sinclair/typebox'
import type { GroupVersionKind } from '../meta/group-version.ts'
import type { KubeObject } from '../meta/object.ts'

/** One column of `kubectl get`. Exactly one of `jsonPath` and `value` gives the cell. */
export interface Column<T extends KubeObject = KubeObject> {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  readonly format?: string
  readonly description?: string
  /** 0 (default) is always shown; above 0 only with `-o wide`. */
  readonly priority?: number
  /** A path like `.spec.size`, as in a CRD's additionalPrinterColumns. */
  readonly jsonPath?: string
  readonly value?: (object: T) => string | number | boolean | null
}

/** What an author declares, once, about a kind in one version. */
export interface KindDefinition<S extends TSchema = TSchema, T extends KubeObject = KubeObject> {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  /** Default: the kind in lower case. */
  readonly singular?: string
  /** Default: the kind followed by `List`. */
  readonly listKind?: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  /** Default `Namespaced`. */
  readonly scope?: 'Namespaced' | 'Cluster'
  /** The members beside apiVersion, kind and metadata; JSON Schema as CRDs allow it. */
  readonly schema: S
  readonly description?: string
  /** The Warning that every request to this version gets. */
  readonly deprecationWarning?: string
  /** The columns after Name. Default: Age, as for a CRD. */
  readonly columns?: readonly Column<T>[]
  /** Paths like `.spec.color` that field selectors may name. */
  readonly selectableFields?: readonly string[]
  /** Drop optional members that hold a zero value (`""`, `[]`, `{}`, 0, false), as Go's `omitempty` does. */
  readonly omitEmpty?: boolean
  /** Changes an object that was read, after the schema's defaults: what a `default` in the schema cannot say. */
  readonly setDefaults?: (object: T) => void
  /** The name in OpenAPI documents, like `com.example.wardle.v1.Flunder`. Default: made of the group's labels. */
  readonly definitionName?: string
}

/** A declared kind: a value to import wherever its objects are handled. */
export interface Kind<T extends KubeObject = KubeObject> extends GroupVersionKind {
  readonly plural: string
  readonly singular: string
  readonly listKind: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly scope: 'Namespaced' | 'Cluster'
  readonly apiVersion: string
  readonly schema: TSchema
  readonly description: string
  readonly deprecationWarning: string | undefined
  readonly columns: readonly Column[] | undefined
  readonly selectableFields: readonly string[]
  readonly omitEmpty: boolean
  readonly setDefaults: ((object: KubeObject) => void) | undefined
  readonly definitionName: string | undefined
  /** Never there: carries the type. */
  readonly objectType?: T
}

/** The TypeScript type of a kind's objects. */
export type ObjectOf<K extends Kind> = K extends Kind<infer T> ? T : never

/** The object type that a definition's schema describes. */
export type ObjectOfSchema<S extends TSchema> = KubeObject & Static<S>

/** Declares a kind. Throws a TypeError that names the member when the declaration is wrong. */
export function defineKind<const S extends TSchema>(
  definition: KindDefinition<S, ObjectOfSchema<S>>,
): Kind<ObjectOfSchema<S>> {
  checkNames(definition)
  const { group, version, kind } = definition
  return {
    group,
    version,
    kind,
    plural: definition.plural,
    singular: definition.singular ?? kind.toLowerCase(),
    listKind: definition.listKind ?? `${kind}List`,
    shortNames: definition.shortNames ?? [],
    categories: definition.categories ?? [],
    scope: definition.scope ?? 'Namespaced',
    apiVersion: group ? `${group}/${version}` : version,
    schema: definition.schema,
    description: definition.description ?? '',
    deprecationWarning: definition.deprecationWarning,
    columns: definition.columns,
    selectableFields: definition.selectableFields ?? [],
    omitEmpty: definition.omitEmpty ?? false,
    setDefaults: definition.setDefaults,
    definitionName: definition.definitionName,
  }
}

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

type DeclaredNames = Pick<KindDefinition, 'group' | 'version' | 'kind' | 'plural'> & {
  readonly columns?: readonly { readonly name: string; readonly jsonPath?: string; readonly value?: unknown }[]
}

/** The names that stand in URLs and documents. */
function checkNames({ group, version, kind, plural, columns = [] }: DeclaredNames): void {
  const labels: readonly [member: string, value: string][] = [
    ...group.split('.').map((label): [string, string] => ['group', label]),
    ['version', version],
    ['plural', plural],
  ]
  for (const [member, value] of labels)
    if (!dnsLabel.test(value) && !(member === 'group' && group === ''))
      throw new TypeError(`${member} of kind ${kind}: ${JSON.stringify(value)} is not a DNS label`)
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(kind)) throw new TypeError(`kind: ${JSON.stringify(kind)} is not a name`)
  for (const { name, jsonPath, value } of columns)
    if ((jsonPath === undefined) === (value === undefined))
      throw new TypeError(`columns of kind ${kind}: ${name} needs a jsonPath or a value, and not both`)
}
