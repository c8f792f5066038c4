import type { InstalledSubresource } from '../../registry/installed.ts'
import { definitionNameOf } from '../../schema/openapi/kind-definitions.ts'
import type { Kind } from '../../schema/kind.ts'
import { mediaTypes } from '../negotiation/media-types.ts'
import { QueryOptions } from '../options/query-options.ts'
import { camelSubresource } from './operation-names.ts'
import type { Method, Operation, Parameter } from './operation.ts'
import { pathInPath, patchParameters, writeParameters } from './parameters.ts'
import { patchBody, type PathContext } from './path-context.ts'

/** The subresources of one resource, by the path below the object, with their operations. */
export function* subresourcePaths(context: PathContext): Generator<[path: string, operations: Operation[]]> {
  for (const subresource of context.installed.subresources) {
    const { name } = subresource
    yield [name, [...connectOperations(context, subresource), ...subresourceOperations(context, subresource)]]
    if (subresource.servesPath) yield [`${name}/{path}`, connectOperations(context, subresource, true)]
  }
}

function subresourceOperations(
  context: PathContext,
  { name, kind, verbs, subresource, connectMethods, streams, optionsKind }: InstalledSubresource,
): Operation[] {
  const { installed, prefix, tag, parameters } = context
  const noun = context.noun + camelSubresource(name)
  const own = definitionNameOf(subresource.kind ?? installed.kind)
  const created = subresource.createdKind ? definitionNameOf(subresource.createdKind) : own
  const parent = installed.kind.kind
  const common = { tag, kind, consumes: ['*/*'], produces: mediaTypes }
  const operations = new Map<string, Operation>([
    [
      'get',
      {
        ...common,
        method: 'get',
        id: `read${prefix}${noun}`,
        description: `read ${name} of the specified ${parent}`,
        action: 'get',
        parameters: [...parameters, ...optionParameters(optionsKind)],
        responses: [[200, streams ? undefined : own]],
        ...(streams ? { produces: ['*/*'] } : {}),
      },
    ],
    [
      'update',
      {
        ...common,
        method: 'put',
        id: `replace${prefix}${noun}`,
        description: `replace ${name} of the specified ${parent}`,
        action: 'put',
        parameters: [...parameters, ...writeParameters],
        body: { definition: own, required: true },
        responses: [200, 201].map((code) => [code, own] as const),
      },
    ],
    [
      'create',
      {
        ...common,
        method: 'post',
        id: `create${prefix}${noun}`,
        description: `create ${name} of ${parent}`,
        action: 'post',
        parameters: [...parameters, ...writeParameters],
        body: { definition: own, required: true },
        responses: [200, 201, 202].map((code) => [code, created] as const),
      },
    ],
    [
      'patch',
      {
        ...common,
        method: 'patch',
        id: `patch${prefix}${noun}`,
        description: `partially update ${name} of the specified ${parent}`,
        action: 'patch',
        parameters: [...parameters, ...patchParameters],
        body: patchBody,
        consumes: installed.patchTypes,
        responses: [200, 201].map((code) => [code, own] as const),
      },
    ],
  ])
  const connected = new Set<string>(connectMethods.map((method) => method.toLowerCase()))
  return verbs.flatMap((verb) => operations.get(verb) ?? []).filter(({ method }) => !connected.has(method))
}

function connectOperations(
  context: PathContext,
  { name, kind, connectMethods, optionsKind }: InstalledSubresource,
  withPath = false,
): Operation[] {
  const { installed, prefix, tag, parameters } = context
  const noun = `${context.noun}${camelSubresource(name)}${withPath ? 'WithPath' : ''}`
  return connectMethods.map((method) => ({
    method: method.toLowerCase() as Method,
    id: `connect${method.charAt(0)}${method.slice(1).toLowerCase()}${prefix}${noun}`,
    description: `connect ${method} requests to ${name} of ${installed.kind.kind}`,
    tag,
    action: 'connect',
    kind,
    parameters: [
      ...parameters.filter((p) => p.in === 'path'),
      ...(withPath ? [pathInPath] : []),
      ...optionParameters(optionsKind),
    ],
    consumes: ['*/*'],
    produces: ['*/*'],
    responses: [[200, undefined]],
  }))
}

const optionParameters = (kind: Kind | undefined): readonly Parameter[] =>
  kind ? new QueryOptions(kind).parameters : []
