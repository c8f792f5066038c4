import type { JsonObject } from '../../util/json.ts'
import {
  atomicList,
  flag,
  list,
  metaItems,
  metaMember,
  metaPackage,
  object,
  requiredText,
  text,
  texts,
  typeMembers,
} from './schema-builders.ts'

/** The definitions of discovery, of the server's version and of opaque objects. */

const addresses = atomicList(
  'Which address of the server a client should use, by the network that it is in. The longest network that fits wins.',
  metaItems('ServerAddressByClientCIDR'),
)

const kindOf = (kind: string): JsonObject => ({
  'x-kubernetes-group-version-kind': [{ group: '', kind, version: 'v1' }],
})

const discovery: Readonly<Record<string, JsonObject>> = {
  APIGroup: object(
    {
      description: 'The name, the versions and the preferred version of a group.',
      required: ['name', 'versions'],
      properties: {
        ...typeMembers,
        name: requiredText('The name of the group.'),
        preferredVersion: metaMember('GroupVersionForDiscovery', 'The version that the server prefers.', {
          default: {},
        }),
        serverAddressByClientCIDRs: addresses,
        versions: atomicList('The versions of the group.', metaItems('GroupVersionForDiscovery')),
      },
    },
    kindOf('APIGroup'),
  ),
  APIGroupList: object(
    {
      description: 'The groups that a server has, so that clients can discover them.',
      required: ['groups'],
      properties: { ...typeMembers, groups: atomicList('The groups.', metaItems('APIGroup')) },
    },
    kindOf('APIGroupList'),
  ),
  APIResource: object({
    description: 'A resource: its name, its kind and what can be done with it.',
    required: ['name', 'singularName', 'namespaced', 'kind', 'verbs'],
    properties: {
      categories: atomicList('The groups of resources that it belongs to, such as all.', texts),
      group: text('The group of its kind, where that is not the group of the list.'),
      kind: requiredText('Its kind, such as Foo for the resource foos.'),
      name: requiredText('Its name in the plural.'),
      namespaced: { ...flag('Whether its objects live in namespaces.'), default: false },
      shortNames: atomicList('Suggested short names.', texts),
      singularName: requiredText('Its name in the singular, by which clients may treat plural and singular alike.'),
      storageVersionHash: text(
        'Changes when the version changes in which objects are stored. Opaque: only good for comparing. Set where the server stores objects.',
      ),
      verbs: list(
        'What can be done with it: get, list, watch, create, update, patch, delete, deletecollection, proxy.',
        texts,
      ),
      version: text('The version of its kind, where that is not the version of the list.'),
    },
  }),
  APIResourceList: object(
    {
      description: 'The resources of one group and version, and whether they are namespaced.',
      required: ['groupVersion', 'resources'],
      properties: {
        ...typeMembers,
        groupVersion: requiredText('The group and version.'),
        resources: atomicList('The resources.', metaItems('APIResource')),
      },
    },
    kindOf('APIResourceList'),
  ),
  APIVersions: object(
    {
      description: 'The versions of the core group.',
      required: ['versions', 'serverAddressByClientCIDRs'],
      properties: {
        ...typeMembers,
        serverAddressByClientCIDRs: addresses,
        versions: atomicList('The versions.', texts),
      },
    },
    kindOf('APIVersions'),
  ),
  GroupVersionForDiscovery: object({
    description: 'A group and version, and the version alone.',
    required: ['groupVersion', 'version'],
    properties: {
      groupVersion: requiredText('The group and version as "group/version".'),
      version: requiredText('The version alone, to save clients the splitting.'),
    },
  }),
  ServerAddressByClientCIDR: object({
    description: 'The address that clients of a network should use.',
    required: ['clientCIDR', 'serverAddress'],
    properties: {
      clientCIDR: requiredText('The network, in CIDR notation, that the address of the client is matched with.'),
      serverAddress: requiredText('The address: a host name, an IP address, or either with a port.'),
    },
  }),
}

const versionInfo = object({
  description: 'The version of the server.',
  required: [
    'major',
    'minor',
    'gitVersion',
    'gitCommit',
    'gitTreeState',
    'buildDate',
    'goVersion',
    'compiler',
    'platform',
  ],
  properties: {
    buildDate: requiredText('When it was built.'),
    compiler: requiredText('What it was compiled with.'),
    emulationMajor: text('The major version that it emulates.'),
    emulationMinor: text('The minor version that it emulates.'),
    gitCommit: requiredText('The commit that it was built from.'),
    gitTreeState: requiredText('Whether the tree was clean.'),
    gitVersion: requiredText('The version in full.'),
    goVersion: requiredText('The version of the language run time.'),
    major: requiredText('The major version.'),
    minCompatibilityMajor: text('The major version of the oldest release that it is compatible with.'),
    minCompatibilityMinor: text('The minor version of the oldest release that it is compatible with.'),
    minor: requiredText('The minor version.'),
    platform: requiredText('The operating system and architecture.'),
  },
})

const rawExtension = object({ description: 'An object of any kind, as it stands.' })

export const versionDefinition = 'io.k8s.apimachinery.pkg.version.Info'

export const discoveryDefinitions: ReadonlyMap<string, JsonObject> = new Map([
  ...Object.entries(discovery).map(([type, schema]): [string, JsonObject] => [`${metaPackage}.${type}`, schema]),
  [versionDefinition, versionInfo],
  ['io.k8s.apimachinery.pkg.runtime.RawExtension', rawExtension],
])
