import type { GroupVersion } from '../../meta/group-version.ts'
import type { InstalledGroup, InstalledVersion } from '../../registry/installed.ts'
import type { Kind } from '../../schema/kind.ts'
import { discoveryDefinitions } from '../../schema/openapi/discovery-definitions.ts'
import { kindDefinitions, kindsExtension } from '../../schema/openapi/kind-definitions.ts'
import { metaDefinitions } from '../../schema/openapi/meta-definitions.ts'
import { definitionOf, metaPackage } from '../../schema/openapi/schema-builders.ts'
import { isObject, setOwn, type JsonObject, type JsonValue } from '../../util/json.ts'
import type { Operation } from './operation.ts'

/** Definitions of metav1 that are kinds of every group. */
const kindsOfEveryGroup: readonly string[] = ['DeleteOptions', 'WatchEvent']

/** The definitions of a set of groups, by name, in OpenAPI v3's form. */
export class Definitions {
  readonly #byName: Map<string, JsonObject>

  constructor(groups: readonly InstalledGroup[]) {
    this.#byName = new Map([...metaDefinitions, ...discoveryDefinitions])
    for (const kind of kindsOf(groups))
      for (const [name, definition] of kindDefinitions(kind)) this.#byName.set(name, definition)
  }

  /**
   * What the operations refer to, and what that refers to, sorted by name. `versions` are those described: options and
   * watch events are kinds of each of them.
   */
  closure(operations: Iterable<Operation>, versions: readonly GroupVersion[]): JsonObject {
    const names = new Set<string>()
    const visit = (name: string): void => {
      const definition = this.#byName.get(name)
      if (!definition || names.has(name)) return
      names.add(name)
      references(definition, visit)
    }
    for (const { body, responses } of operations) {
      if (body) visit(body.definition)
      for (const [, definition] of responses) if (definition !== undefined) visit(definition)
    }
    const out: JsonObject = {}
    for (const name of [...names].sort()) {
      const definition = this.#byName.get(name)
      if (definition) setOwn(out, name, { ...definition, ...metaKinds(name, versions) })
    }
    return out
  }
}

function* kindsOf(groups: readonly InstalledGroup[]): Generator<Kind> {
  for (const { versions } of groups)
    for (const { resources } of versions)
      for (const { kind, subresources } of resources) {
        yield kind
        for (const { subresource } of subresources) {
          if (subresource.kind) yield subresource.kind
          if (subresource.createdKind) yield subresource.createdKind
        }
      }
}

function references(value: JsonValue, visit: (name: string) => void): void {
  if (Array.isArray(value)) for (const item of value) references(item, visit)
  else if (isObject(value))
    for (const [key, child] of Object.entries(value)) {
      const name = key === '$ref' && typeof child === 'string' ? definitionOf(child) : undefined
      if (name === undefined) references(child, visit)
      else visit(name)
    }
}

function metaKinds(name: string, versions: readonly GroupVersion[]): JsonObject {
  if (!name.startsWith(`${metaPackage}.`)) return {}
  const kind = name.slice(metaPackage.length + 1)
  const core = { group: '', version: 'v1', kind }
  if (kind === 'Status') return kindsExtension(core)
  if (!kindsOfEveryGroup.includes(kind)) return {}
  const others = versions
    .filter(({ group, version }) => group !== '' || version !== 'v1')
    .map(({ group, version }) => ({ group, version, kind }))
  return kindsExtension(
    core,
    ...others.sort((a, b) => (`${a.group}/${a.version}` < `${b.group}/${b.version}` ? -1 : 1)),
  )
}

export const groupVersionsOf = (groups: readonly InstalledGroup[]): readonly InstalledVersion[] =>
  groups.flatMap((g) => g.versions)
