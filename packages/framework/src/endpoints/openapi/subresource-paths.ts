import type { InstalledSubresource } from '../../registry/installed.ts'
import { definitionNameOf } from '../../schema/openapi/kind-definitions.ts'
import { mediaTypes } from '../negotiation/media-types.ts'
import { camelSubresource } from './operation-names.ts'
import type { Method, Operation } from './operation.ts'
import { patchParameters, writeParameters } from './parameters.ts'
import { patchBody, type PathContext } from './path-context.ts'

/** The subresources of one resource, with their operations. */
export function* subresourcePaths(context: PathContext): Generator<[name: string, operations: Operation[]]> {
  for (const subresource of context.installed.subresources)
    yield [
      subresource.name,
      subresource.connectMethods.length
        ? connectOperations(context, subresource)
        : subresourceOperations(context, subresource),
    ]
}

function subresourceOperations(
  context: PathContext,
  { name, kind, verbs, subresource }: InstalledSubresource,
): Operation[] {
  const { installed, prefix, tag, parameters } = context
  const noun = context.noun + camelSubresource(name)
  const own = definitionNameOf(subresource.kind ?? installed.kind)
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
        parameters,
        responses: [[200, own]],
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
        responses: [200, 201, 202].map((code) => [code, own] as const),
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
  return verbs.flatMap((verb) => operations.get(verb) ?? [])
}

function connectOperations(context: PathContext, { name, kind, connectMethods }: InstalledSubresource): Operation[] {
  const { installed, prefix, tag, parameters } = context
  return connectMethods.map((method) => ({
    method: method.toLowerCase() as Method,
    id: `connect${method.charAt(0)}${method.slice(1).toLowerCase()}${prefix}${context.noun}${camelSubresource(name)}`,
    description: `connect ${method} requests to ${name} of ${installed.kind.kind}`,
    tag,
    action: 'connect',
    kind,
    parameters: parameters.filter((p) => p.in === 'path'),
    consumes: ['*/*'],
    produces: ['*/*'],
    responses: [[200, undefined]],
  }))
}
