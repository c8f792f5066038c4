/** A request that came by. */
export interface FaultRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` or `deletecollection`. */
  readonly verb: string
  /** Plural of the resource, with `/status` and the like; empty for paths that are no resource's. */
  readonly resource: string
  readonly namespace: string
  readonly name: string
}

/** Which requests a fault is for, and how often. */
export interface FaultTarget {
  readonly verb?: string | readonly string[]
  readonly resource?: string
  readonly name?: string
  readonly when?: (request: FaultRequest) => boolean
  /** How many requests; Infinity for all. Default 1. */
  readonly times?: number
}

/** What happens to a request instead of, or before, its answer. */
export type FaultAction =
  /** A Status, without the server having seen the request. */
  | { readonly type: 'refuse'; readonly code: number; readonly reason: string; readonly retryAfterSeconds?: number }
  /** The connection breaks and the server never saw the request. */
  | { readonly type: 'drop' }
  /** The server does what was asked, but the connection breaks before its answer. */
  | { readonly type: 'dropAnswer' }
  /** Everything takes so much longer. */
  | { readonly type: 'delay'; readonly ms: number }
  /** Another writer changes the object just before. */
  | { readonly type: 'conflict' }

export interface Fault {
  readonly target: FaultTarget
  readonly action: FaultAction
  left: number
}

export function matches({ verb, resource, name, when }: FaultTarget, request: FaultRequest): boolean {
  if (verb !== undefined && ![verb].flat().includes(request.verb)) return false
  if (resource !== undefined && resource !== request.resource) return false
  if (name !== undefined && name !== request.name) return false
  return when?.(request) ?? true
}

const verbs: ReadonlyMap<string, string> = new Map([
  ['POST', 'create'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
])

/** Reads a request's line as Kubernetes' API servers do. */
export function faultRequestOf(method: string, url: string): FaultRequest {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const parts = pathname.split('/').filter((part) => part !== '')
  const place = { method, path: pathname, query: searchParams }
  const rest = parts[0] === 'api' ? parts.slice(2) : parts[0] === 'apis' ? parts.slice(3) : []
  const namespaced = rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status' && rest[2] !== 'finalize'
  const namespace = namespaced ? (rest[1] ?? '') : ''
  const [plural = '', name = '', ...subresource] = namespaced ? rest.slice(2) : rest
  const resource = [plural, ...subresource].join('/')
  const reading = searchParams.get('watch') === 'true' ? 'watch' : name === '' ? 'list' : 'get'
  const verb = verbs.get(method) ?? reading
  return {
    ...place,
    verb: verb === 'delete' && name === '' ? 'deletecollection' : verb,
    resource,
    namespace,
    name: decodeURIComponent(name),
  }
}
