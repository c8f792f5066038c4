import { StatusError } from '../../meta/status.ts'
import type { InstalledGroup } from '../../registry/installed.ts'
import type { Exchange } from '../exchange.ts'
import { acceptableToRouter, matchAccept, negotiate, type Match } from '../negotiation/accept.ts'
import { gzipThresholdBytes } from '../negotiation/gzip.ts'
import { wantsPretty } from '../negotiation/pretty.ts'
import { writeError } from '../write-error.ts'
import { discoveryEntries, type DiscoveryDocument, type DiscoveryEntry } from './discovery-documents.ts'
import { sendNotModified, sendPrepared } from './prepared-body.ts'

export interface DiscoveryOptions {
  /** `host:port` told to clients in serverAddressByClientCIDRs. Default: empty. Asked again whenever the groups change. */
  readonly serverAddress?: () => string
}

const aggregatedParameters = 'g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/**
 * Answers what is served: `/apis`, `/apis/GROUP`, `/apis/GROUP/VERSION`, and `/api`, `/api/VERSION` where the core group is
 * installed. Documents are made once for a set of groups and kept as bytes.
 */
export class DiscoveryRoutes {
  readonly #groups: () => readonly InstalledGroup[]
  readonly #serverAddress: () => string
  #described: readonly InstalledGroup[] | undefined
  #entries: ReadonlyMap<string, DiscoveryEntry> = new Map()

  constructor(groups: () => readonly InstalledGroup[], { serverAddress = () => '' }: DiscoveryOptions = {}) {
    this.#groups = groups
    this.#serverAddress = serverAddress
  }

  /** Every path answered, without a slash at the end: for the list of paths at `/`. */
  paths(): string[] {
    return [...this.#current().keys()].sort()
  }

  /** false when the path is not one of discovery, or that of a group that is not installed. */
  handle(exchange: Exchange): boolean {
    const { info } = exchange.context
    if (info.isResourceRequest || !info.path.startsWith('/api')) return false
    const entries = this.#current()
    const entry = entries.get(withoutSlashes(info.path))
    if (!entry && !belowInstalledGroup(info.path, entries)) return false
    try {
      if (!entry) throw StatusError.routeNotFound()
      if (exchange.request.method !== 'GET') throw StatusError.routeMethodNotAllowed()
      answer(exchange, entry)
    } catch (error) {
      writeError(exchange, error)
    }
    return true
  }

  #current(): ReadonlyMap<string, DiscoveryEntry> {
    const groups = this.#groups()
    if (groups !== this.#described) {
      this.#entries = discoveryEntries(groups, this.#serverAddress())
      this.#described = groups
    }
    return this.#entries
  }
}

/** The root may end in one slash, groups and versions in as many as somebody likes. */
function withoutSlashes(path: string): string {
  let end = path.length
  while (path[end - 1] === '/') end--
  const bare = path.slice(0, end)
  return (bare === '/apis' || bare === '/api') && path.length > end + 1 ? path : bare
}

/** A version that a group does not have is a 404 of the group's own; what no group owns is someone else's. */
function belowInstalledGroup(path: string, entries: ReadonlyMap<string, DiscoveryEntry>): boolean {
  const root = /^\/(?:api(?=\/)|apis\/[^/]+(?=\/))/.exec(path)?.[0]
  return root !== undefined && entries.has(root)
}

function answer(exchange: Exchange, { legacy, aggregated }: DiscoveryEntry): void {
  const { accept } = exchange.request.headers
  acceptableToRouter(accept)
  const asked = aggregated && aggregatedForm(accept)
  if (aggregated && asked) answerAggregated(exchange, aggregated, asked)
  else {
    const { mediaType, contentType, pretty } = negotiate(accept, { allowConversions: false })
    send(exchange, legacy, mediaType, contentType, pretty)
  }
}

/** The form in which the aggregated document is asked for; undefined when it is not. Its older version is no more. */
function aggregatedForm(accept: string | undefined): Match | undefined {
  const match = matchAccept(accept, {
    allows: (_, target) =>
      target?.group === 'apidiscovery.k8s.io' && target.version === 'v2' && target.kind === 'APIGroupDiscoveryList',
  })
  return match?.target && match
}

function answerAggregated(exchange: Exchange, document: DiscoveryDocument, { mediaType, pretty }: Match): void {
  const { request, response } = exchange
  response.setHeader('vary', 'Accept')
  response.setHeader('cache-control', 'public')
  response.setHeader('etag', document.etag)
  // One exact tag: no lists, no star. Source: endpoints/discovery/aggregated/etag.go.
  if (request.headers['if-none-match'] === document.etag) sendNotModified(exchange)
  else send(exchange, document, mediaType, `${mediaType};${aggregatedParameters}`, pretty)
}

function send(
  exchange: Exchange,
  document: DiscoveryDocument,
  mediaType: string,
  contentType: string,
  pretty: boolean,
): void {
  const { request, query } = exchange
  const body = document.body(mediaType, pretty || wantsPretty(query.get('pretty'), request.headers['user-agent']))
  const encodings = request.headers['accept-encoding']
  const takesGzip = typeof encodings === 'string' && encodings.split(',').some((e) => e.trim() === 'gzip')
  sendPrepared(exchange, contentType, body, takesGzip && body.bytes.length > gzipThresholdBytes)
}
