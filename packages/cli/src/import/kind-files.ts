import { kebabCase } from '../scaffold/names.ts'
import type { Crd, CrdVersion } from './crd.ts'
import { namesIn, Parts, type Part } from './parts.ts'
import { SchemaWriter, type CrdSchema } from './schema-source.ts'
import { brokenSourceText, literal, type Source } from './source-text.ts'

export interface KindFile {
  /** Without a folder. */
  readonly name: string
  readonly text: string
}

/** What the object's own members are is not for a kind to say. */
const own = new Set(['apiVersion', 'kind'])

/** So long a file is still pleasant to read. */
const maxLines = 300

const frameworkNames = ['defineKind', 'Enum', 'rules', 'Type']

/** The declaration of a kind in one version, in a file named `file`.ts, and its parts in others where one would be too long. */
export function kindFiles(crd: Crd, version: CrdVersion, file: string): KindFile[] {
  const { kind } = crd.names
  const parts = new Parts([...frameworkNames, 'ObjectOf', kind])
  const call: Source = { call: 'defineKind', args: [{ members: kindMembers(crd, version, new SchemaWriter(parts)) }] }
  const start = `const ${kind} = `
  const declared: Part = {
    name: kind,
    text: `${start}${brokenSourceText(call, 0, start.length)}`,
    source: call,
    depth: 0,
  }
  return written([...packed([...parts.list, declared])], file)
}

function kindMembers(crd: Crd, version: CrdVersion, writer: SchemaWriter): (readonly [string, Source])[] {
  const { names, group, scope } = crd
  const { description, ...schema } = kindSchema(version)
  return [
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
    ['schema', writer.write(schema).source],
    ...list('columns', version.additionalPrinterColumns?.map(columnOf)),
    ...list(
      'selectableFields',
      version.selectableFields?.map(({ jsonPath }) => jsonPath),
    ),
  ]
}

/** The parts file by file: as many as one holds, cut where what follows stands nearest to the top. */
function packed(parts: readonly Part[]): Part[][] {
  const files: Part[][] = []
  let rest = [...parts]
  while (rest.length) {
    let lines = 8
    const fits = rest.findIndex(({ text }) => (lines += text.split('\n').length + 1) > maxLines)
    if (fits < 0) return [...files, rest]
    const candidates = rest.slice(Math.floor(fits / 2), Math.max(fits, 1))
    const depth = Math.min(...candidates.map((part) => part.depth))
    const end = Math.floor(fits / 2) + candidates.findLastIndex((part) => part.depth === depth) + 1
    files.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return files
}

function written(groups: readonly (readonly Part[])[], file: string): KindFile[] {
  const several = groups.length > 2
  const nameOf = (group: readonly Part[]): string => {
    if (group === groups.at(-1)) return file
    return `${file}-${several ? kebabCase(group.at(-1)?.name ?? '') : 'parts'}`
  }
  const home = new Map(groups.flatMap((group) => group.map(({ name }) => [name, nameOf(group)] as const)))
  const uses = new Map(
    groups.map((group) => [nameOf(group), new Set(group.flatMap(({ source }) => [...namesIn(source)]))]),
  )
  return groups.map((group) => {
    const name = nameOf(group)
    const used = uses.get(name) ?? new Set()
    const elsewhere = (part: Part): boolean =>
      part.depth === 0 || [...uses].some(([user, names]) => user !== name && names.has(part.name))
    const foreign = [...used].filter((part) => (home.get(part) ?? name) !== name)
    return { name: `${name}.ts`, text: `${importsOf(used, foreign, home)}\n${declarationsOf(group, elsewhere)}` }
  })
}

function importsOf(used: ReadonlySet<string>, foreign: readonly string[], home: ReadonlyMap<string, string>): string {
  const names = [
    ...frameworkNames.filter((name) => used.has(name)),
    ...(used.has('defineKind') ? ['type ObjectOf'] : []),
  ]
  const files = new Map<string, string[]>()
  for (const part of foreign) {
    const file = home.get(part) ?? ''
    files.set(file, [...(files.get(file) ?? []), part])
  }
  return [
    importText(names, '@apiserver-kit/framework'),
    ...[...files].sort().map(([file, parts]) => importText(parts.sort(), `./${file}.ts`)),
  ].join('')
}

function importText(names: readonly string[], from: string): string {
  const line = `import { ${names.join(', ')} } from '${from}'\n`
  return line.length <= 121 ? line : `import {\n${names.map((name) => `  ${name},\n`).join('')}} from '${from}'\n`
}

function declarationsOf(group: readonly Part[], elsewhere: (part: Part) => boolean): string {
  return group
    .map((part) => {
      const text = `${elsewhere(part) ? 'export ' : ''}${part.text}\n`
      return part.depth === 0 ? `${text}export type ${part.name} = ObjectOf<typeof ${part.name}>\n` : text
    })
    .join('\n')
}

/** The schema of the members beside apiVersion and kind. Of metadata only what it asks of names says anything. */
function kindSchema({ schema }: CrdVersion): CrdSchema {
  const { properties = {}, required, ...rest } = schema?.openAPIV3Schema ?? {}
  const kept = Object.entries(properties as Readonly<Record<string, CrdSchema>>).filter(
    ([name, member]) => !own.has(name) && (name !== 'metadata' || member['properties'] !== undefined),
  )
  const names = new Set(kept.map(([name]) => name))
  const asked = Array.isArray(required) ? required.filter((name) => names.has(String(name))) : []
  return { ...rest, type: 'object', properties: Object.fromEntries(kept), ...(asked.length ? { required: asked } : {}) }
}

const given = (member: string, value: unknown, standard: unknown): (readonly [string, Source])[] =>
  value === undefined || value === '' || value === standard ? [] : [[member, literal(value)]]

const list = (member: string, values: readonly unknown[] | undefined): (readonly [string, Source])[] =>
  values?.length ? [[member, literal(values)]] : []

const columnMembers = ['name', 'type', 'format', 'description', 'priority', 'jsonPath'] as const

const columnOf = (column: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(columnMembers.filter((name) => column[name] !== undefined).map((name) => [name, column[name]]))
