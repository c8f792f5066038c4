import type { InstalledGroup } from '../../registry/installed.ts'
import type { Exchange } from '../exchange.ts'
import { parseAccept } from '../negotiation/accept-clauses.ts'
import type { ApiInfo } from './document-v3.ts'
import { encodeDocumentV2 } from './gnostic-v2.ts'
import { encodeDocumentV3 } from './gnostic-v3.ts'
import { OpenApiDocuments, relativeUrl, type OpenApiDocument } from './openapi-documents.ts'
import { serveContent } from './serve-content.ts'

/** A form that a document is offered in. */
interface Form {
  readonly subtypes: readonly string[]
  readonly contentType: string
  readonly protobuf: boolean
}

/** The spelling with the at sign is no valid media type; old clients ask by it all the same. */
const forms = (version: 'v2' | 'v3'): readonly Form[] => [
  { subtypes: ['json'], contentType: 'application/json', protobuf: false },
  {
    subtypes: [
      `com.github.proto-openapi.spec.${version}@v1.0+protobuf`,
      `com.github.proto-openapi.spec.${version}.v1.0+protobuf`,
    ],
    contentType: `application/com.github.proto-openapi.spec.${version}.v1.0+protobuf`,
    protobuf: true,
  },
]
const formsV2 = forms('v2')
const formsV3 = forms('v3')

/**
 * Answers `/openapi/v2`, `/openapi/v3` and the documents below it. Documents are made once for a set of groups, when they
 * are first asked for, and kept as bytes. Source: kube-openapi handler and handler3.
 */
export class OpenApiRoutes {
  readonly #groups: () => readonly InstalledGroup[]
  readonly #info: ApiInfo
  #described: readonly InstalledGroup[] | undefined
  #documents: OpenApiDocuments | undefined

  constructor(groups: () => readonly InstalledGroup[], info: ApiInfo) {
    this.#groups = groups
    this.#info = info
  }

  /** For the list of paths at `/`. */
  paths(): string[] {
    return ['/openapi/v2', '/openapi/v3', '/openapi/v3/']
  }

  /** false when the path is none of OpenAPI's. */
  handle(exchange: Exchange): boolean {
    const { path } = exchange.context.info
    if (path === '/openapi/v2') answerV2(exchange, this.#current())
    else if (path === '/openapi/v3') answerIndex(exchange, this.#current())
    else if (path.startsWith('/openapi/v3/')) answerV3(exchange, this.#current(), path.slice('/openapi/v3/'.length))
    else return false
    return true
  }

  #current(): OpenApiDocuments {
    const groups = this.#groups()
    if (!this.#documents || groups !== this.#described) {
      this.#documents = new OpenApiDocuments(groups, this.#info, { v2: encodeDocumentV2, v3: encodeDocumentV3 })
      this.#described = groups
    }
    return this.#documents
  }
}

function answerV2(exchange: Exchange, { v2, lastModified }: OpenApiDocuments): void {
  exchange.response.setHeader('vary', 'Accept-Encoding, Accept')
  const form = formFor(exchange, formsV2)
  if (form) serve(exchange, v2, form, lastModified)
  else answerEmpty(exchange, 406)
}

function answerIndex(exchange: Exchange, { index, lastModified }: OpenApiDocuments): void {
  serveContent(exchange, { contentType: 'application/json', body: index, etag: `"${index.hash}"`, lastModified })
}

function answerV3(exchange: Exchange, { v3, lastModified }: OpenApiDocuments, key: string): void {
  const { response, query } = exchange
  response.setHeader('vary', 'Accept')
  const form = formFor(exchange, formsV3)
  if (!form) {
    answerEmpty(exchange, 406)
    return
  }
  const document = v3.get(key)
  if (!document) {
    // Not 404, as Kubernetes has it: clients take it for a document without content.
    answerEmpty(exchange, 200)
    return
  }
  const hash = query.get('hash')
  if (hash !== null && hash !== '' && hash !== document.hash) {
    response.setHeader('content-type', form.contentType)
    response.setHeader('location', relativeUrl(key, document.hash))
    answerEmpty(exchange, 301)
    return
  }
  if (hash) {
    const inAYear = new Date()
    inAYear.setUTCFullYear(inAYear.getUTCFullYear() + 1)
    response.setHeader('cache-control', 'public, immutable')
    response.setHeader('expires', inAYear.toUTCString())
  }
  serve(exchange, document, form, lastModified)
}

function serve(exchange: Exchange, document: OpenApiDocument, form: Form, lastModified: Date): void {
  serveContent(exchange, {
    contentType: form.contentType,
    body: form.protobuf ? document.protobuf : document.json,
    etag: `"${document.hash}"`,
    lastModified,
  })
}

function answerEmpty({ response }: Exchange, code: number): void {
  response.statusCode = code
  response.setHeader('content-length', 0)
  response.end()
}

/** The form that is wanted most, of those offered. */
function formFor({ request }: Exchange, offered: readonly Form[]): Form | undefined {
  const accept = request.headers.accept || '*/*'
  for (const { type, subtype } of parseAccept(accept))
    for (const form of offered) {
      if (type !== '*' && type !== 'application') continue
      if (subtype === '*' || form.subtypes.includes(subtype)) return form
    }
  return undefined
}
