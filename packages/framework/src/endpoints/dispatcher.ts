import type { Authorizer } from '../auth/authorization/authorizer.ts'
import type { AdmissionChain } from '../auth/admission/chain.ts'
import { StatusError } from '../meta/status.ts'
import type { InstalledResource, InstalledSubresource } from '../registry/installed.ts'
import type { ResourceRegistry } from '../registry/resource-registry.ts'
import type { RequestInfo } from '../request/request-info.ts'
import type { Exchange } from './exchange.ts'
import { connect } from './handlers/connect.ts'
import { create } from './handlers/create.ts'
import { createSubresource } from './handlers/create-subresource.ts'
import { deleteCollection } from './handlers/delete-collection.ts'
import { remove } from './handlers/delete.ts'
import { get } from './handlers/get.ts'
import type { Handler } from './handlers/handler.ts'
import { list } from './handlers/list.ts'
import { patch, patchTypesOf } from './handlers/patch.ts'
import { stream } from './handlers/stream.ts'
import { update } from './handlers/update.ts'
import { watch } from './handlers/watch.ts'
import { acceptableToRouter } from './negotiation/accept.ts'
import { patchMediaType } from './negotiation/content-type.ts'
import { RequestScope } from './scope.ts'
import { VersionConverter } from './versions.ts'
import { writeError } from './write-error.ts'

/** Verbs and their handlers: of an object and its collection, and of a subresource. */
const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['create', create],
  ['delete', remove],
  ['deletecollection', deleteCollection],
  ['get', get],
  ['list', list],
  ['patch', patch],
  ['update', update],
  ['watch', watch],
])
const subresourceHandlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['create', createSubresource],
  ['get', get],
  ['patch', patch],
  ['update', update],
])

interface Endpoint {
  readonly main: RequestScope
  readonly subresources: ReadonlyMap<string, RequestScope>
}

export interface DispatcherOptions {
  /** Asked once more where an update creates. */
  readonly authorizer: Authorizer
  /** The gate CBORServingAndStorage is open. */
  readonly cbor?: boolean | undefined
}

/** Routes below /apis/GROUP/VERSION/: one look-up, then the verb. */
export class Dispatcher {
  readonly #registry: ResourceRegistry
  readonly #admission: AdmissionChain
  readonly #authorizer: Authorizer
  readonly #cbor: boolean
  #endpoints: Map<string, Endpoint> | undefined
  #groups = new Set<string>()

  constructor(registry: ResourceRegistry, admission: AdmissionChain, { authorizer, cbor = false }: DispatcherOptions) {
    this.#registry = registry
    this.#admission = admission
    this.#authorizer = authorizer
    this.#cbor = cbor
  }

  /** Works out every endpoint. Called when the set of resources has changed; else on the first request. */
  refresh(): void {
    const endpoints = new Map<string, Endpoint>()
    this.#groups = new Set(this.#registry.groups.map((g) => g.group))
    const converters = new Map(this.#registry.resources.map((r) => [r, new VersionConverter(r)]))
    for (const group of this.#registry.groups)
      for (const version of group.versions)
        for (const resource of version.resources) {
          const converter = converters.get(resource.resource) ?? new VersionConverter(resource.resource)
          endpoints.set(
            `${group.group}/${version.version}/${resource.kind.plural}`,
            this.#endpoint(resource, converter),
          )
        }
    this.#endpoints = endpoints
  }

  /**
   * Answers what lies below an installed group; false when the path is not its own (another group, or no resource path).
   */
  async handle(incoming: Exchange): Promise<boolean> {
    const { info } = incoming.context
    if (!this.#endpoints) this.refresh()
    if (!info.isResourceRequest || !this.#groups.has(info.group)) return false
    if ((info.group === '') !== (info.apiPrefix === 'api')) return false
    const exchange = this.#cbor ? { ...incoming, cbor: true } : incoming
    try {
      await this.#dispatch(exchange, info)
    } catch (error) {
      if (exchange.response.headersSent) exchange.response.destroy()
      else writeError(exchange, error)
    }
    return true
  }

  /** Whether the request is about a resource, and perhaps a subresource, that is served. */
  serves({ group, version, resource, subresource }: RequestInfo): boolean {
    const endpoint = this.#endpoints?.get(`${group}/${version}/${resource}`)
    return endpoint !== undefined && (subresource === '' || endpoint.subresources.has(subresource))
  }

  /** Whether the request is answered by a connecter. */
  connects(info: RequestInfo, method: string): boolean {
    return this.#subresource(info)?.connectMethods.includes(method) ?? false
  }

  /** Watches, streams and connections: they have no deadline and do not count as requests in flight. */
  isLongRunning(info: RequestInfo, method: string): boolean {
    if (info.verb === 'watch') return true
    const subresource = this.#subresource(info)
    return !!subresource && (subresource.connectMethods.includes(method) || (!!subresource.streams && method === 'GET'))
  }

  #subresource(info: RequestInfo): InstalledSubresource | undefined {
    if (info.subresource === '') return undefined
    const endpoint = this.#endpoints?.get(`${info.group}/${info.version}/${info.resource}`)
    return endpoint?.subresources.get(info.subresource)?.subresource
  }

  #endpoint(resource: InstalledResource, converter: VersionConverter): Endpoint {
    const scope = (sub?: InstalledResource['subresources'][number]): RequestScope =>
      new RequestScope(resource, sub, converter, this.#admission, this.#authorizer)
    return { main: scope(), subresources: new Map(resource.subresources.map((s) => [s.name, scope(s)])) }
  }

  async #dispatch(exchange: Exchange, info: RequestInfo): Promise<void> {
    const endpoint = this.#endpoints?.get(`${info.group}/${info.version}/${info.resource}`)
    if (!endpoint) throw StatusError.routeNotFound()
    const scope = info.subresource ? endpoint.subresources.get(info.subresource) : endpoint.main
    if (!scope) throw StatusError.routeNotFound()
    if (!scope.installed.namespaced && info.namespace !== '' && scope.installed.kind.plural !== 'namespaces')
      throw StatusError.routeNotFound()
    // Without a namespace there are collections alone.
    if (scope.installed.namespaced && info.namespace === '' && info.name !== '' && info.parts.length > 1)
      throw StatusError.routeNotFound()
    const handler = this.#handlerOf(scope, exchange, info)
    if (!handler) throw StatusError.routeMethodNotAllowed()
    if (handler !== connect && handler !== stream) {
      if (info.verb === 'patch') patchMediaType(exchange.request.headers['content-type'], patchTypesOf(scope, exchange))
      const streams = info.verb === 'list' || info.verb === 'watch'
      acceptableToRouter(exchange.request.headers.accept, { streams, cbor: exchange.cbor })
      // That of the resource: a subresource of another kind is deprecated with it.
      const { deprecationWarning } = scope.installed.kind
      if (deprecationWarning) {
        exchange.context.warnings.add(deprecationWarning)
        exchange.context.annotate?.('k8s.io/deprecated', 'true')
      }
    }
    await handler(scope, exchange)
  }

  #handlerOf(scope: RequestScope, exchange: Exchange, info: RequestInfo): Handler | undefined {
    const { method } = exchange.request
    if (info.parts[1] === '') throw StatusError.routeNotFound()
    if (method === 'HEAD' || method === 'OPTIONS') return undefined
    if (scope.subresource) {
      const { connectMethods, servesPath, streams } = scope.subresource
      if (info.parts.length > 3 && !servesPath) throw StatusError.routeNotFound()
      if (connectMethods.includes(method ?? '')) return connect
      if (info.parts.length > 3) return undefined
      if (streams && method === 'GET') return stream
      return scope.subresource.verbs.includes(info.verb) ? subresourceHandlers.get(info.verb) : undefined
    }
    if (info.parts.length > 2) return undefined
    // An object is not created at its own address, nor are several of them changed at once.
    if (info.verb === 'create' && info.name !== '') return undefined
    if ((info.verb === 'update' || info.verb === 'patch') && info.name === '') return undefined
    if (scope.installed.namespaced && info.namespace === '' && info.verb !== 'list' && info.verb !== 'watch')
      return undefined
    return (scope.installed.verbs as readonly string[]).includes(info.verb) ? handlers.get(info.verb) : undefined
  }
}
