import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseRequestInfo } from '../../request/request-info.ts'
import { ResponseWarnings } from '../../request/warnings.ts'
import type { InstalledGroup, InstalledResource, InstalledSubresource } from '../../registry/installed.ts'
import type { Resource } from '../../registry/resource.ts'
import { Subresource } from '../../registry/subresource.ts'
import { defineKind, type Kind, type KindDefinition } from '../../schema/kind.ts'
import { Enum, Type } from '../../schema/type-helpers.ts'
import { apiVersionOf } from '../../meta/group-version.ts'
import type { Exchange, ExchangeContext } from '../exchange.ts'

/** Groups to describe, and a server that has nothing but the routes under test. */

class Named extends Subresource {
  readonly name: string
  override readonly kind: Kind | undefined

  constructor(name: string, kind?: Kind) {
    super()
    this.name = name
    this.kind = kind
  }
}

const scale = defineKind({
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  plural: 'scales',
  definitionName: 'io.k8s.api.autoscaling.v1.Scale',
  schema: Type.Object({ spec: Type.Object({ replicas: Type.Int32() }) }),
})

export function subresourceOf(
  parent: Kind,
  name: string,
  verbs: readonly string[],
  { kind, connectMethods = [] }: { readonly kind?: Kind; readonly connectMethods?: readonly string[] } = {},
): InstalledSubresource {
  const own = kind ?? parent
  return {
    name,
    subresource: new Named(name, kind),
    kind: { group: own.group, version: own.version, kind: own.kind },
    foreignKind: own.group !== parent.group || own.version !== parent.version,
    verbs,
    connectMethods,
  }
}

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const

export const installed = (kind: Kind, more: Partial<InstalledResource> = {}): InstalledResource => ({
  resource: undefined as unknown as Resource,
  kind,
  namespaced: kind.scope === 'Namespaced',
  verbs: allVerbs,
  patchTypes: ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'],
  storageVersionHash: 'aGFzaA==',
  subresources: [],
  ...more,
})

export const groupOf = (
  group: string,
  versions: Readonly<Record<string, readonly InstalledResource[]>>,
): InstalledGroup => ({
  group,
  versions: Object.entries(versions).map(([version, resources]) => ({
    group,
    version,
    apiVersion: apiVersionOf({ group, version }),
    resources,
  })),
})

const zoo = { group: 'zoo.example.com', plural: 'animals', kind: 'Animal' } as const

export const animalV1 = defineKind({
  ...zoo,
  version: 'v1',
  shortNames: ['an'],
  categories: ['all'],
  description: 'An animal of the zoo.',
  schema: Type.Object({
    spec: Type.Object({
      species: Enum(['cat', 'dog'], { default: 'cat', description: 'What it is.' }),
      weight: Type.Number({ exclusiveMinimum: 0 }),
      port: Type.Optional(Type.IntOrString()),
      tags: Type.Optional(Type.ListSet(Type.String())),
    }),
    status: Type.Optional(Type.Object({ fed: Type.Boolean() })),
  }),
})
export const animalV1beta1 = defineKind({ ...zoo, version: 'v1beta1', schema: Type.Object({}) })
export const cageV1 = defineKind({
  group: 'zoo.example.com',
  version: 'v1',
  kind: 'Cage',
  plural: 'cages',
  scope: 'Cluster',
  schema: Type.Object({ bars: Type.Integer() }),
} satisfies KindDefinition)

export const zooGroup = groupOf('zoo.example.com', {
  v1: [
    installed(animalV1, {
      subresources: [
        subresourceOf(animalV1, 'sounds', ['get'], { connectMethods: ['GET'] }),
        subresourceOf(animalV1, 'scale', ['get', 'patch', 'update'], { kind: scale }),
        subresourceOf(animalV1, 'status', ['get', 'patch', 'update']),
      ],
    }),
    installed(cageV1, { verbs: ['get', 'list'], storageVersionHash: undefined }),
  ],
  v1beta1: [installed(animalV1beta1)],
})

const namespaceV1 = defineKind({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  scope: 'Cluster',
  schema: Type.Object({}),
})
export const coreGroup = groupOf('', { v1: [installed(namespaceV1)] })

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What routes answer over HTTP; status 599 when the path is not theirs. */
export async function ask(
  routes: { handle(exchange: Exchange): boolean },
  path: string,
  { method = 'GET', headers = {} }: Asked = {},
): Promise<Reply> {
  const server = createServer((request, response) => {
    const url = request.url ?? '/'
    const context = {
      info: parseRequestInfo(request.method ?? 'GET', url),
      warnings: new ResponseWarnings(),
    } as unknown as ExchangeContext
    response.setHeader('cache-control', 'no-cache, private')
    const query = new URL(url, 'http://localhost').searchParams
    if (!routes.handle({ request, response, query, context })) response.writeHead(599).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await new Promise<Reply>((resolve, reject) => {
      const { port } = server.address() as AddressInfo
      const outgoing = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('end', () => {
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) })
        })
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
  } finally {
    server.close()
  }
}

export const jsonOf = ({ body }: Reply): unknown => JSON.parse(body.toString())
