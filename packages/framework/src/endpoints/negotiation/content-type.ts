import { StatusError } from '../../meta/status.ts'
import { offer, type MediaType } from './media-types.ts'

/** The media type of a request's body; no header means JSON. Throws 415. Source: NegotiateInputSerializer. */
export function bodyMediaType(header: string | undefined, cbor = false): MediaType {
  if (header === undefined || header === '') return 'application/json'
  const { mediaTypes } = offer(cbor)
  const mediaType = parseMediaType(header)
  const known = mediaTypes.find((type) => type === mediaType)
  if (known === undefined) throw unknownFormat(mediaTypes)
  return known
}

const unknownFormat = (accepted: readonly string[]): StatusError =>
  StatusError.unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )

/**
 * The media type of a PATCH. Throws 415: in the router's words where no type of the header is one of `accepted`, in the
 * handler's where the header is not one of them as a whole. Source: go-restful Route.matchesContentType, PatchResource.
 */
export function patchMediaType(header: string | undefined, accepted: readonly string[]): string {
  const value = header ?? ''
  const named = value.split(',').some((part) => accepted.includes((part.split(';', 1)[0] ?? '').trim()))
  if (!named)
    throw new StatusError({
      code: 415,
      reason: 'UnsupportedMediaType',
      message: '415: Unsupported Media Type',
      details: {},
    })
  const mediaType = value.split(';', 1)[0] ?? ''
  if (!accepted.includes(mediaType)) throw unknownFormat(accepted)
  return mediaType
}

const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
const semicolon = /\s*;\s*/y
const equals = /\s*=\s*/y
const quoted = /"(?:[^"\\\r\n]|\\[^\r\n])*"/y

/** The type and subtype in lower case; undefined when the header is malformed. Source: Go's mime.ParseMediaType. */
function parseMediaType(header: string): string | undefined {
  let at = header.includes(';') ? header.indexOf(';') : header.length
  const mediaType = header.slice(0, at).trim().toLowerCase()
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(header)?.[0]
    at += found?.length ?? 0
    return found
  }
  const names = new Set<string>()
  while (take(semicolon) !== undefined && at < header.length) {
    const name = take(token)?.toLowerCase()
    if (name === undefined || names.has(name) || take(equals) === undefined) return undefined
    if (take(token) === undefined && take(quoted) === undefined) return undefined
    names.add(name)
  }
  return header.slice(at).trim() === '' ? mediaType : undefined
}
