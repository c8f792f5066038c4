import { createHash } from 'node:crypto'
import { compareKubeVersions } from '../meta/version-order.ts'
import { defineKind, type Kind } from '../schema/kind.ts'
import { checkSchema } from '../schema/schema-check.ts'
import type { ServedVersion } from './conversion.ts'
import type { InstalledGroup, InstalledResource, InstalledSubresource, InstalledVersion, Verb } from './installed.ts'
import type { Resource } from './resource.ts'
import type { Connecter } from './rest.ts'
import { StoredResource } from './stored-resource.ts'
import type { Subresource } from './subresource.ts'

const has = (target: object, method: string): boolean =>
  typeof (target as Record<string, unknown>)[method] === 'function'

/** A verb and the methods that serve it. */
const verbMethods: readonly (readonly [Verb, readonly string[]])[] = [
  ['create', ['create']],
  ['delete', ['delete']],
  ['deletecollection', ['deleteCollection', 'list']],
  ['get', ['get']],
  ['list', ['list']],
  ['patch', ['get', 'update']],
  ['update', ['update']],
  ['watch', ['watch', 'list']],
]

const connectVerbs = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const

const verbsOf = (target: object): Verb[] =>
  verbMethods.filter(([, methods]) => methods.every((m) => has(target, m))).map(([verb]) => verb)

/** Where `versions` is the order of preference of one group. */
interface GroupUnderWay {
  readonly name: string
  readonly resources: Resource[]
}

/** The resources of one server: what `ApiServer.install` fills and everything that routes or describes reads. */
export class ResourceRegistry {
  readonly #groups = new Map<string, GroupUnderWay>()
  #installed: readonly InstalledGroup[] | undefined

  /** Throws a TypeError when two resources claim one path, and for a schema with mistakes. */
  install(resource: Resource): void {
    const { group, plural } = resource.storageVersion
    const entry = this.#groups.get(group) ?? { name: group, resources: [] }
    if (entry.resources.some((r) => r.storageVersion.plural === plural))
      throw new TypeError(`${plural}.${group} is installed already: a resource is installed once`)
    for (const kind of [resource.storageVersion, ...resource.servedVersions.map((v) => v.kind)]) checkSchema(kind)
    entry.resources.push(resource)
    this.#groups.set(group, entry)
    this.#installed = undefined
    for (const subresource of resource.subresources) {
      subresource.attach(resource)
      for (const kind of [subresource.kind, subresource.createdKind]) if (kind) checkSchema(kind)
    }
  }

  get resources(): readonly Resource[] {
    return [...this.#groups.values()].flatMap((g) => g.resources)
  }

  /** In order of installation; versions in order of preference. */
  get groups(): readonly InstalledGroup[] {
    return (this.#installed ??= [...this.#groups.values()].map(installedGroup))
  }
}

/** Every version in which a resource is served, the hub first. */
export function servedKinds(resource: Resource): readonly Kind[] {
  return [
    resource.storageVersion,
    ...resource.servedVersions.filter((v: ServedVersion) => v.served).map((v: ServedVersion) => v.kind),
  ]
}

function installedGroup({ name, resources }: GroupUnderWay): InstalledGroup {
  const versions = new Map<string, InstalledResource[]>()
  for (const resource of resources)
    for (const kind of servedKinds(resource)) {
      const list = versions.get(kind.version) ?? []
      list.push(installedResource(resource, kind))
      versions.set(kind.version, list)
    }
  const ordered = [...versions.keys()].sort(compareKubeVersions)
  return {
    group: name,
    versions: ordered.map((version): InstalledVersion => ({
      group: name,
      version,
      apiVersion: name ? `${name}/${version}` : version,
      resources: (versions.get(version) ?? []).sort((a, b) => (a.kind.plural < b.kind.plural ? -1 : 1)),
    })),
  }
}

function installedResource(resource: Resource, kind: Kind): InstalledResource {
  return {
    resource,
    kind,
    namespaced: kind.scope === 'Namespaced',
    verbs: verbsOf(resource),
    patchTypes: [
      'application/json-patch+json',
      'application/merge-patch+json',
      ...(resource.strategicMergePatch ? ['application/strategic-merge-patch+json'] : []),
      'application/apply-patch+yaml',
    ],
    storageVersionHash: resource instanceof StoredResource ? storageVersionHash(resource) : undefined,
    subresources: resource.subresources.map((s) => installedSubresource(s, kind)),
  }
}

function installedSubresource(subresource: Subresource, parent: Kind): InstalledSubresource {
  const connecter = has(subresource, 'connect') ? (subresource as unknown as Connecter) : undefined
  const connectMethods = connecter?.connectMethods ?? []
  const streams = has(subresource, 'stream')
  const verbs = new Set<string>(
    verbsOf(subresource).filter(
      (v) => v === 'get' || v === 'update' || v === 'patch' || v === 'create' || v === 'delete',
    ),
  )
  for (const method of connectMethods) verbs.add(connectVerbs[method])
  if (streams) verbs.add('get')
  const optionsKind = optionsKindOf(subresource, parent)
  // A connection's kind is that of its options, as PodExecOptions is.
  const kind = subresource.kind ?? (connecter ? optionsKind : undefined) ?? parent
  return {
    name: subresource.name,
    subresource,
    kind: { group: kind.group, version: kind.version, kind: kind.kind },
    foreignKind: kind.group !== parent.group || kind.version !== parent.version,
    verbs: [...verbs].sort(),
    connectMethods,
    servesPath: connecter?.servesPath ?? false,
    streams,
    optionsKind,
  }
}

/** `FlunderLogOptions`, as Kubernetes names them. Throws a TypeError for a schema with mistakes. */
function optionsKindOf({ name, options }: Subresource, { group, version, kind }: Kind): Kind | undefined {
  if (!options) return undefined
  const words = name.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  const optionsKind = defineKind({
    ...{ group, version, plural: 'options' },
    kind: `${kind}${words.join('')}Options`,
    schema: options,
  })
  checkSchema(optionsKind)
  return optionsKind
}

function storageVersionHash(resource: { encodedVersion?: { kind: Kind }; storageVersion: Kind }): string {
  const { group, version, kind } = resource.encodedVersion?.kind ?? resource.storageVersion
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64')
}
