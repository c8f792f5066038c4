import { FieldSelector } from '../meta/field-selector.ts'
import { LabelSelector } from '../meta/label-selector.ts'
import { parseRequestTarget, type RequestTarget } from './request-target.ts'

/** What a request is about: a pure function of method, path and query. Source: endpoints/request/requestinfo.go. */
export interface RequestInfo {
  readonly isResourceRequest: boolean
  readonly path: string
  /** get, list, watch, create, update, patch, delete, deletecollection, proxy; else the lower-case method. */
  readonly verb: string
  /** `api` or `apis`. */
  readonly apiPrefix: string
  readonly group: string
  readonly version: string
  readonly namespace: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
  readonly parts: readonly string[]
  /** The raw first value, for list, watch and deletecollection. */
  readonly fieldSelector: string
  readonly labelSelector: string
}

/** A path that says too little to be authorized. Answered with 500, as text. */
export class RequestInfoError extends Error {
  override readonly name = 'RequestInfoError'
}

const verbOfMethod: ReadonlyMap<string, string> = new Map([
  ['POST', 'create'],
  ['GET', 'get'],
  ['HEAD', 'get'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
])
const pathVerbs: ReadonlySet<string> = new Set(['proxy', 'watch'])
const namespaceSubresources: ReadonlySet<string> = new Set(['status', 'finalize'])
const verbsWithSelectors: ReadonlySet<string> = new Set(['list', 'watch', 'deletecollection'])

/** `url` is the request line's; `target` is the same, where it is parsed already. Throws {@link RequestInfoError}, RequestTargetError. */
export function parseRequestInfo(
  method: string,
  url: string,
  target: RequestTarget = parseRequestTarget(url),
): RequestInfo {
  const { path, query } = target
  const segments = splitPath(path)
  const [apiPrefix = ''] = segments
  const grouped = apiPrefix === 'apis'
  if (segments.length < (grouped ? 4 : 3) || (!grouped && apiPrefix !== 'api'))
    return nonResource(method, path, segments)

  const group = grouped ? (segments[1] ?? '') : ''
  const version = segments[grouped ? 2 : 1] ?? ''
  let parts = segments.slice(grouped ? 3 : 2)
  let verb = verbOfMethod.get(method) ?? ''
  const verbInPath = pathVerbs.has(parts[0] ?? '')
  if (verbInPath) {
    if (parts.length < 2) throw new RequestInfoError(`unable to determine kind and namespace from url, ${url}`)
    verb = parts[0] ?? ''
    parts = parts.slice(1)
  }
  let namespace = ''
  if (parts[0] === 'namespaces' && parts.length > 1) {
    namespace = parts[1] ?? ''
    if (parts.length > 2 && !namespaceSubresources.has(parts[2] ?? '')) parts = parts.slice(2)
  }
  const [resource = '', givenName = ''] = parts
  let name = givenName
  if (name === '' && verb === 'get') {
    const asked = readListQuery(query)
    verb = asked.watch ? 'watch' : 'list'
    name = asked.name
  }
  if (name === '' && verb === 'delete') verb = 'deletecollection'
  const selects = !verbInPath && verbsWithSelectors.has(verb)
  return {
    isResourceRequest: true,
    path,
    verb,
    apiPrefix,
    group,
    version,
    namespace,
    resource,
    subresource: verb === 'proxy' ? '' : (parts[2] ?? ''),
    name,
    parts,
    fieldSelector: selects ? (query.get('fieldSelector') ?? '') : '',
    labelSelector: selects ? (query.get('labelSelector') ?? '') : '',
  }
}

function splitPath(path: string): string[] {
  let start = 0
  let end = path.length
  while (start < end && path.charCodeAt(start) === 0x2f) start++
  while (end > start && path.charCodeAt(end - 1) === 0x2f) end--
  return start === end ? [] : path.slice(start, end).split('/')
}

/** Go sets the prefix (and nothing else) of what begins like an API path. */
function nonResource(method: string, path: string, segments: readonly string[]): RequestInfo {
  return {
    isResourceRequest: false,
    path,
    verb: method.toLowerCase(),
    apiPrefix: segments.length > 2 && segments[0] === 'apis' ? 'apis' : '',
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    parts: [],
    fieldSelector: '',
    labelSelector: '',
  }
}

/**
 * Whether a read without a name watches, and the one name that its field selector asks for. A query that does not parse as list options
 * still says whether it watches; its handler refuses it.
 */
function readListQuery(query: URLSearchParams): { watch: boolean; name: string } {
  const watch = isTrue(query.get('watch'))
  const selector = query.get('fieldSelector')
  if (!selector || !selector.includes('metadata.name') || !parses(query)) return { watch, name: '' }
  try {
    const name = FieldSelector.parse(selector).requiresExactMatch('metadata.name') ?? ''
    return { watch, name: isPathSegment(name) ? name : '' }
  } catch {
    return { watch, name: '' }
  }
}

const isTrue = (value: string | null): boolean => value !== null && value !== '0' && value.toLowerCase() !== 'false'

/** The other list options whose text can be wrong: then Go forgets the field selector too. */
function parses(query: URLSearchParams): boolean {
  for (const key of ['limit', 'timeoutSeconds']) {
    const value = query.get(key)
    if (value !== null && !/^[+-]?\d+$/.test(value)) return false
  }
  const labels = query.get('labelSelector')
  if (!labels) return true
  try {
    LabelSelector.parse(labels)
    return true
  } catch {
    return false
  }
}

/** A name that can stand in a path. Source: apimachinery api/validation/path. */
const isPathSegment = (name: string): boolean => name !== '.' && name !== '..' && !/[/%]/.test(name)
