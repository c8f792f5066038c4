import { StatusError } from '../../meta/status.ts'
import { remembered } from '../../util/remembered.ts'
import { parseAccept, type AcceptClause } from './accept-clauses.ts'
import { offer, type MediaType, type Serializer } from './media-types.ts'

/** What an answer may be turned into. */
export interface Conversion {
  readonly kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'
  readonly version: 'v1' | 'v1beta1'
}

/** How an answer is written. */
export interface Negotiated {
  readonly mediaType: MediaType
  /** The value of the Content-Type header. */
  readonly contentType: string
  readonly stream: boolean
  /** The client asked for indentation by `pretty=1` in the clause. */
  readonly pretty: boolean
  readonly convert?: Conversion | undefined
}

export interface NegotiateOptions {
  /** Tables and the like may be asked for; they are what resources offer. */
  readonly allowConversions: boolean
  /** The answer is a stream of watch events. */
  readonly stream?: boolean
  /** The thing itself has a protobuf form. Default: only where no conversions are allowed (Status, discovery). */
  readonly protobufForObject?: boolean
  /** The server speaks CBOR. */
  readonly cbor?: boolean | undefined
}

/** What a clause asks for by `as`, `g` and `v`. */
export interface Target {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** What an endpoint can do. Source: endpoints/handlers/negotiation EndpointRestrictions. */
export interface Restrictions {
  /** `target` is undefined for the thing itself. */
  readonly allows: (mediaType: MediaType, target: Target | undefined) => boolean
  /** The value of `sv` that is understood. */
  readonly serverVersion?: string | undefined
  readonly cbor?: boolean | undefined
}

export interface Match {
  readonly mediaType: MediaType
  readonly target: Target | undefined
  readonly pretty: boolean
}

/**
 * The first clause, in order of preference, that an endpoint can meet; undefined when there is none. No header means
 * JSON. Source: NegotiateMediaTypeOptions.
 */
export function matchAccept(accept: string | undefined, restrictions: Restrictions): Match | undefined {
  if (accept === undefined || accept === '') return { mediaType: 'application/json', target: undefined, pretty: false }
  for (const clause of parseAccept(accept))
    for (const serializer of offer(restrictions.cbor).serializers) {
      if (clause.type !== '*' && clause.type !== serializer.type) continue
      if (
        clause.type === '*' ? clause.subtype !== '*' : clause.subtype !== '*' && clause.subtype !== serializer.subtype
      )
        continue
      const match = matchClause(clause, serializer, restrictions)
      if (match) return match
    }
  return undefined
}

function matchClause(
  { parameters }: AcceptClause,
  { mediaType, streams }: Serializer,
  { allows, serverVersion }: Restrictions,
): Match | undefined {
  const stream = parameters.get('stream') ?? ''
  if (stream !== '' && (!streams || stream !== 'watch')) return undefined
  const version = parameters.get('sv') ?? ''
  if (version !== '' && version !== serverVersion) return undefined
  const target = targetOf(parameters)
  if (!allows(mediaType, target)) return undefined
  return { mediaType, target, pretty: parameters.get('pretty') === '1' }
}

function targetOf(parameters: ReadonlyMap<string, string>): Target | undefined {
  if (!parameters.has('as') && !parameters.has('g') && !parameters.has('v')) return undefined
  return {
    group: parameters.get('g') ?? '',
    version: parameters.get('v') ?? '',
    kind: parameters.get('as') ?? '',
  }
}

const onlyThese = (types: readonly string[]): string =>
  `only the following media types are accepted: ${types.join(', ')}`

/** 406: no clause can be met. */
export const nothingAcceptable = (): StatusError => StatusError.notAcceptable(onlyThese(offer().mediaTypes))

/** A text says why there is none. */
type Outcome = Negotiated | string

type Terms = Readonly<Record<keyof NegotiateOptions, boolean>>

/** By the terms, as bits. */
const outcomes = Array.from({ length: 16 }, (_, bits) => {
  const terms: Terms = {
    allowConversions: (bits & 8) > 0,
    stream: (bits & 4) > 0,
    protobufForObject: (bits & 2) > 0,
    cbor: (bits & 1) > 0,
  }
  return remembered((accept): Outcome => workOut(accept, terms))
})

/** How to answer a client. Throws 406 when it takes nothing that there is. */
export function negotiate(accept: string | undefined, options: NegotiateOptions): Negotiated {
  const { allowConversions, stream = false, protobufForObject = !allowConversions, cbor = false } = options
  const bits = (allowConversions ? 8 : 0) + (stream ? 4 : 0) + (protobufForObject ? 2 : 0) + (cbor ? 1 : 0)
  const outcome = outcomes[bits]?.(accept ?? '') ?? ''
  if (typeof outcome === 'string') throw StatusError.notAcceptable(outcome)
  return outcome
}

function workOut(accept: string, { allowConversions, stream, protobufForObject, cbor }: Terms): Outcome {
  const { mediaTypes, serializers, streamMediaTypes } = offer(cbor)
  const restrictions: Restrictions = {
    allows: (mediaType, target) =>
      target
        ? allowConversions && conversionOf(mediaType, target) !== undefined
        : protobufForObject || mediaType !== 'application/vnd.kubernetes.protobuf',
    serverVersion: allowConversions ? 'v1' : undefined,
    cbor,
  }
  const match = matchAccept(accept, restrictions)
  if (!match) return onlyThese(mediaTypes)
  const { mediaType, target, pretty } = match
  if (stream && !serializers.some((s) => s.mediaType === mediaType && s.streams)) return onlyThese(streamMediaTypes)
  return {
    mediaType,
    contentType: stream ? streamContentType(mediaType) : mediaType,
    stream,
    pretty,
    convert: target && conversionOf(mediaType, target),
  }
}

/** A stream of JSON says no more than JSON; one of CBOR is a type of its own. */
function streamContentType(mediaType: MediaType): string {
  if (mediaType === 'application/json') return mediaType
  return mediaType === 'application/cbor' ? 'application/cbor-seq' : `${mediaType};stream=watch`
}

function conversionOf(mediaType: MediaType, { group, version, kind }: Target): Conversion | undefined {
  if (group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined
  switch (kind) {
    case 'Table':
      return mediaType === 'application/vnd.kubernetes.protobuf' ? undefined : { kind, version }
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList':
      return { kind, version }
    default:
      return undefined
  }
}

export interface RouterOffer {
  readonly streams?: boolean
  /** Default: every form of an object. */
  readonly offered?: readonly string[]
  readonly cbor?: boolean | undefined
}

/** Without their parameters, as they stand. */
const literalTypes = remembered((accept): readonly string[] =>
  accept.split(',').map((clause) => (clause.split(';', 1)[0] ?? '').trim()),
)

/**
 * The router's own check, before anything else is looked at: one clause must name a media type of the route literally,
 * or be the full wildcard. `streams` is for routes that also watch (lists): they offer more. Throws 406. Source:
 * go-restful Route.matchesAccept.
 */
export function acceptableToRouter(
  accept: string | undefined,
  { streams = false, cbor, offered }: RouterOffer = {},
): void {
  if (accept === undefined || accept === '') return
  const { mediaTypes, streamMediaTypes } = offer(cbor)
  const literal: readonly string[] = offered ?? mediaTypes
  for (const mediaType of literalTypes(accept)) if (mediaType === '*/*' || literal.includes(mediaType)) return
  const available = offered ?? (streams ? [...mediaTypes, ...streamMediaTypes] : mediaTypes)
  throw new StatusError({
    code: 406,
    reason: 'NotAcceptable',
    message: `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`,
    details: {},
  })
}
