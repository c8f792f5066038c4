import type { RequestInfo } from '../../request/request-info.ts'
import type { RequestLabels } from './server-metrics.ts'

/** What this server answers to: all that may become a label. */
export interface KnownRequests {
  serves(info: RequestInfo): boolean
  hasPath(path: string): boolean
  /** Whether a connecter answers it. */
  connects?(info: RequestInfo, method: string): boolean
}

const verbLabels: ReadonlyMap<string, string> = new Map([
  ['create', 'POST'],
  ['get', 'GET'],
  ['list', 'LIST'],
  ['watch', 'WATCH'],
  ['update', 'PUT'],
  ['patch', 'PATCH'],
  ['delete', 'DELETE'],
  ['deletecollection', 'DELETECOLLECTION'],
  ['connect', 'CONNECT'],
])
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Source: endpoints/metrics/metrics.go cleanVerb, CleanScope. */
export function requestLabels(
  info: RequestInfo,
  request: { readonly method: string; readonly contentType: string | undefined; readonly dryRun: string | null },
  known: KnownRequests,
): RequestLabels {
  if (!info.isResourceRequest) {
    const method = info.verb.toUpperCase()
    const mine = known.hasPath(info.path)
    const component = mine && info.path.startsWith('/apis') ? 'apiserver' : ''
    const verb = methods.has(method) ? method : 'other'
    return { ...nothing, verb, subresource: mine ? info.path : '', component }
  }
  const applies = info.verb === 'patch' && request.contentType?.startsWith('application/apply-patch') === true
  const connects = known.connects?.(info, request.method) === true
  const common = {
    ...nothing,
    verb: applies ? 'APPLY' : (verbLabels.get(connects ? 'connect' : info.verb) ?? 'other'),
    dry_run: request.dryRun === 'All' ? 'All' : '',
    scope: scopeOf(info),
    component: 'apiserver',
  }
  const { group, version, resource, subresource } = info
  return known.serves(info) ? { ...common, group, version, resource, subresource } : common
}

const nothing = {
  verb: '',
  dry_run: '',
  group: '',
  version: '',
  resource: '',
  subresource: '',
  scope: '',
  component: '',
} as const

function scopeOf({ name, verb, namespace }: RequestInfo): string {
  if (name !== '' || verb === 'create') return 'resource'
  return namespace === '' ? 'cluster' : 'namespace'
}
