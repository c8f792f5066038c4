import type { InstalledResource, InstalledVersion } from '../../registry/installed.ts'
import { definitionNameOf, listDefinitionNameOf } from '../../schema/openapi/kind-definitions.ts'
import { metaPackage } from '../../schema/openapi/schema-builders.ts'
import { mediaTypes, streamMediaTypes } from '../negotiation/media-types.ts'
import { camelGroupVersion, versionTag, withArticle } from './operation-names.ts'
import type { Body, Operation } from './operation.ts'
import {
  deleteCollectionParameters,
  deleteParameters,
  listParameters,
  nameInPath,
  namespaceInPath,
  patchParameters,
  pretty,
  writeParameters,
} from './parameters.ts'
import { patchBody, type PathContext } from './path-context.ts'
import { subresourcePaths } from './subresource-paths.ts'

const status = `${metaPackage}.Status`
const deleteBody: Body = { definition: `${metaPackage}.DeleteOptions`, required: false }
const streamed: readonly string[] = [...mediaTypes, ...streamMediaTypes]

/** The paths of one resource in one version, with their operations. Source: apiserver endpoints/installer.go. */
export function* resourcePaths(
  { group, version, apiVersion }: InstalledVersion,
  installed: InstalledResource,
): Generator<[path: string, operations: Operation[]]> {
  const root = group === '' ? `/api/${version}` : `/apis/${apiVersion}`
  const { kind, namespaced } = installed
  const common = { installed, prefix: camelGroupVersion(group, version), tag: versionTag(group, version) }
  const inNamespace = namespaced ? 'namespaces/{namespace}/' : ''
  const scope = namespaced ? [namespaceInPath, pretty] : [pretty]
  const noun = namespaced ? `Namespaced${kind.kind}` : kind.kind
  const collection: PathContext = { ...common, noun, parameters: scope }
  const item: PathContext = { ...common, noun, parameters: [nameInPath(kind.kind), ...scope] }
  const everywhere: PathContext = { ...common, noun: `${kind.kind}ForAllNamespaces`, parameters: [pretty] }
  const path = `${inNamespace}${kind.plural}`

  yield [`${root}/${path}`, collectionOperations(collection)]
  yield [`${root}/${path}/{name}`, itemOperations(item)]
  if (namespaced) yield [`${root}/${kind.plural}`, has(installed, 'list') ? [listOperation(everywhere)] : []]
  for (const [name, operations] of subresourcePaths(item)) yield [`${root}/${path}/{name}/${name}`, operations]
  if (!has(installed, 'watch')) return
  yield [`${root}/watch/${path}`, [watchOperation(collection, 'watchlist', `${noun}List`)]]
  yield [`${root}/watch/${path}/{name}`, [watchOperation(item, 'watch', noun)]]
  if (namespaced)
    yield [
      `${root}/watch/${kind.plural}`,
      [watchOperation(everywhere, 'watchlist', `${kind.kind}ListForAllNamespaces`)],
    ]
}

const has = ({ verbs }: InstalledResource, verb: InstalledResource['verbs'][number]): boolean => verbs.includes(verb)

function collectionOperations(context: PathContext): Operation[] {
  const { installed, prefix, noun, tag, parameters } = context
  const { kind } = installed
  const own = definitionNameOf(kind)
  return [
    ...(has(installed, 'list') ? [listOperation(context)] : []),
    ...(has(installed, 'create')
      ? [
          {
            method: 'post' as const,
            id: `create${prefix}${noun}`,
            description: `create ${withArticle(kind.kind)}`,
            tag,
            action: 'post',
            kind,
            parameters: [...parameters, ...writeParameters],
            body: { definition: own, required: true },
            consumes: ['*/*'],
            produces: mediaTypes,
            responses: [200, 201, 202].map((code) => [code, own] as const),
          },
        ]
      : []),
    ...(has(installed, 'deletecollection')
      ? [
          {
            method: 'delete' as const,
            id: `delete${prefix}Collection${noun}`,
            description: `delete collection of ${kind.kind}`,
            tag,
            action: 'deletecollection',
            kind,
            parameters: [...parameters, ...deleteCollectionParameters],
            body: deleteBody,
            consumes: ['*/*'],
            produces: mediaTypes,
            responses: [[200, status] as const],
          },
        ]
      : []),
  ]
}

const listOperation = ({ installed, prefix, noun, tag, parameters }: PathContext): Operation => ({
  method: 'get',
  id: `list${prefix}${noun}`,
  description: `list or watch objects of kind ${installed.kind.kind}`,
  tag,
  action: 'list',
  kind: installed.kind,
  parameters: [...parameters, ...listParameters],
  consumes: ['*/*'],
  produces: has(installed, 'watch') ? streamed : mediaTypes,
  responses: [[200, listDefinitionNameOf(installed.kind)]],
})

const watchOperation = (
  { installed: { kind }, prefix, tag, parameters }: PathContext,
  action: 'watch' | 'watchlist',
  noun: string,
): Operation => ({
  method: 'get',
  id: `watch${prefix}${noun}`,
  description:
    action === 'watch'
      ? `watch changes to an object of kind ${kind.kind}. deprecated: use the 'watch' parameter with a list operation instead, filtered to a single item with the 'fieldSelector' parameter.`
      : `watch individual changes to a list of ${kind.kind}. deprecated: use the 'watch' parameter with a list operation instead.`,
  tag,
  action,
  kind,
  parameters: [...parameters, ...listParameters],
  consumes: ['*/*'],
  produces: streamed,
  responses: [[200, `${metaPackage}.WatchEvent`]],
})

function itemOperations({ installed, prefix, noun, tag, parameters }: PathContext): Operation[] {
  const { kind, patchTypes } = installed
  const own = definitionNameOf(kind)
  const common = { tag, kind, consumes: ['*/*'], produces: mediaTypes }
  const all: (Operation & { readonly verb: InstalledResource['verbs'][number] })[] = [
    {
      ...common,
      verb: 'get',
      method: 'get',
      id: `read${prefix}${noun}`,
      description: `read the specified ${kind.kind}`,
      action: 'get',
      parameters,
      responses: [[200, own]],
    },
    {
      ...common,
      verb: 'update',
      method: 'put',
      id: `replace${prefix}${noun}`,
      description: `replace the specified ${kind.kind}`,
      action: 'put',
      parameters: [...parameters, ...writeParameters],
      body: { definition: own, required: true },
      responses: [200, 201].map((code) => [code, own] as const),
    },
    {
      ...common,
      verb: 'delete',
      method: 'delete',
      id: `delete${prefix}${noun}`,
      description: `delete ${withArticle(kind.kind)}`,
      action: 'delete',
      parameters: [...parameters, ...deleteParameters],
      body: deleteBody,
      responses: [200, 202].map((code) => [code, status] as const),
    },
    {
      ...common,
      verb: 'patch',
      method: 'patch',
      id: `patch${prefix}${noun}`,
      description: `partially update the specified ${kind.kind}`,
      action: 'patch',
      parameters: [...parameters, ...patchParameters],
      body: patchBody,
      consumes: patchTypes,
      responses: [200, 201].map((code) => [code, own] as const),
    },
  ]
  return all.filter(({ verb }) => has(installed, verb)).map(({ verb: _, ...operation }) => operation)
}
