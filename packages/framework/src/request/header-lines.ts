import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'

/** A request as Node hands it over, HTTP/1.1 or HTTP/2. */
export type ServerRequest = IncomingMessage | Http2ServerRequest

/**
 * All values of a header, one per line, in order. Node's `headers` joins repeated lines with a comma, so that two lines and one line with a
 * comma look the same: never read an identity from there.
 */
export function headerLines({ rawHeaders }: ServerRequest, name: string): string[] {
  const wanted = name.toLowerCase()
  const values: string[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    if (isHeader(rawHeaders[i] ?? '', wanted)) values.push(rawHeaders[i + 1] ?? '')
  return values
}

/** The same, of a header that holds a text. */
export const headerTexts = (request: ServerRequest, name: string): string[] => headerLines(request, name).map(utf8Of)

/** A header's value as whoever wrote it meant it: Node takes every byte for a character of its own, and names of users are UTF-8. */
export const utf8Of = (value: string): string =>
  /[\x80-\xff]/.test(value) ? Buffer.from(value, 'latin1').toString() : value

/** Every line whose name begins with `prefix` (whatever the case): the rest of its name, lower-cased, and its value. */
export function headersWithPrefix({ rawHeaders }: ServerRequest, prefix: string): [rest: string, value: string][] {
  const wanted = prefix.toLowerCase()
  const found: [string, string][] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase()
    if (name.startsWith(wanted)) found.push([name.slice(wanted.length), rawHeaders[i + 1] ?? ''])
  }
  return found
}

/** Takes away every header that `matches` (asked with the lower-case name), in all the forms in which Node keeps them. */
export function removeHeaders(request: ServerRequest, matches: (name: string) => boolean): void {
  const { rawHeaders } = request
  if (!rawHeaders.some((name, i) => i % 2 === 0 && matches(name.toLowerCase()))) return
  settleHeaders(request)
  let kept = 0
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    if (matches(name.toLowerCase())) continue
    rawHeaders[kept++] = name
    rawHeaders[kept++] = rawHeaders[i + 1] ?? ''
  }
  rawHeaders.length = kept
  forget(request.headers, matches)
  if ('headersDistinct' in request) forget(request.headersDistinct, matches)
}

/** Node works the other forms out when they are first read, from as many raw headers as there once were: they must be there before those change. */
export function settleHeaders(request: ServerRequest): void {
  Reflect.get(request, 'headers')
  if ('headersDistinct' in request) Reflect.get(request, 'headersDistinct')
}

function forget(headers: object, matches: (name: string) => boolean): void {
  for (const name of Object.keys(headers)) if (matches(name)) Reflect.deleteProperty(headers, name)
}

const isHeader = (name: string, lowerCase: string): boolean =>
  name.length === lowerCase.length && name.toLowerCase() === lowerCase

/** Percent-decodes the rest of a header's name; what is malformed stays as it is. */
export function decodeHeaderKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}
