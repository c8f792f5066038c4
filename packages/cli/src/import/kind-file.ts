import type { Crd, CrdVersion } from './crd.ts'
import { schemaSource, type CrdSchema } from './schema-source.ts'
import { brokenSourceText, literal, type Source } from './source-text.ts'

/** What the object's own members are is not for a kind to say. */
const own = new Set(['apiVersion', 'kind', 'metadata'])

/** The declaration of a kind in one version. */
export function kindFile(crd: Crd, version: CrdVersion): string {
  const { names, group, scope } = crd
  const { description, ...schema } = kindSchema(version)
  const { source } = schemaSource(schema)
  const members: (readonly [string, Source])[] = [
    ['group', literal(group)],
    ['version', literal(version.name)],
    ['kind', literal(names.kind)],
    ['plural', literal(names.plural)],
    ...given('singular', names.singular, names.kind.toLowerCase()),
    ...given('listKind', names.listKind, `${names.kind}List`),
    ...list('shortNames', names.shortNames),
    ...list('categories', names.categories),
    ...given('scope', scope, 'Namespaced'),
    ...given('description', description, ''),
    ...(version.deprecated
      ? [
          [
            'deprecationWarning',
            literal(version.deprecationWarning ?? `${group}/${version.name} ${names.kind} is deprecated`),
          ] as const,
        ]
      : []),
    ['schema', source],
    ...list('columns', version.additionalPrinterColumns?.map(columnOf)),
    ...list(
      'selectableFields',
      version.selectableFields?.map(({ jsonPath }) => jsonPath),
    ),
  ]
  const call: Source = { call: 'defineKind', args: [{ members }] }
  const before = `export const ${names.kind} = `
  const declaration = `${before}${brokenSourceText(call, 0, before.length)}`
  const imports = ['defineKind', ...(/\bEnum\(/.test(declaration) ? ['Enum'] : []), 'Type', 'type ObjectOf']
  return `import { ${imports.join(', ')} } from '@apiserver-kit/framework'

${declaration}
export type ${names.kind} = ObjectOf<typeof ${names.kind}>
`
}

/** The schema of the members beside apiVersion, kind and metadata. */
function kindSchema({ schema }: CrdVersion): CrdSchema {
  const { properties = {}, required, ...rest } = schema?.openAPIV3Schema ?? {}
  const kept = Object.entries(properties as CrdSchema).filter(([name]) => !own.has(name))
  const asked = Array.isArray(required) ? required.filter((name) => !own.has(String(name))) : []
  return { ...rest, type: 'object', properties: Object.fromEntries(kept), ...(asked.length ? { required: asked } : {}) }
}

/** metadata restricts names here: what a kind's schema cannot say. */
export const restrictsMetadata = ({ schema }: CrdVersion): boolean =>
  JSON.stringify((schema?.openAPIV3Schema?.['properties'] as CrdSchema | undefined)?.['metadata'] ?? {}).includes(
    '"properties"',
  )

const given = (member: string, value: unknown, standard: unknown): (readonly [string, Source])[] =>
  value === undefined || value === '' || value === standard ? [] : [[member, literal(value)]]

const list = (member: string, values: readonly unknown[] | undefined): (readonly [string, Source])[] =>
  values?.length ? [[member, literal(values)]] : []

const columnMembers = ['name', 'type', 'format', 'description', 'priority', 'jsonPath'] as const

const columnOf = (column: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(columnMembers.filter((name) => column[name] !== undefined).map((name) => [name, column[name]]))
