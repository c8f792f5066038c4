import { isRequestUri } from '../../validation/network-formats.ts'
import { EvaluationError } from '../cel-error.ts'
import { overFirst } from '../cost.ts'
import { global, member, type Overload } from '../overload.ts'
import { EntryMap, List, Opaque, type Value } from '../value.ts'

const typeName = 'kubernetes.URL'

/** An absolute URL, or an absolute path, in its parts as Go's net/url tells them. */
class Url extends Opaque {
  override readonly typeName = typeName
  readonly text: string
  readonly scheme: string
  readonly host: string
  readonly path: string
  readonly query: string

  constructor(text: string) {
    super()
    const [, scheme = '', authority = '', path = '', query = ''] =
      /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?/s.exec(text) ?? []
    this.text = text
    this.scheme = scheme.toLowerCase()
    this.host = unescape(authority.slice(authority.lastIndexOf('@') + 1))
    // What follows a scheme without a slash is no path.
    this.path = path.startsWith('/') ? path : ''
    this.query = query
  }

  equals(other: Opaque): boolean {
    return other instanceof Url && other.text === this.text
  }
}

const absent = new Url('')
const url = (value: Value): Url => (value instanceof Url ? value : absent)

/** Source: apiserver cel/library/urls.go. */
export const urls: readonly Overload[] = [
  global('isURL', ['string'], 'bool', isRequestUri),
  global('url', ['string'], typeName, parse, overFirst()),
  member('getScheme', [typeName], 'string', (value) => url(value).scheme),
  member('getHost', [typeName], 'string', (value) => url(value).host),
  member('getHostname', [typeName], 'string', (value) => {
    const { host } = url(value)
    return /^\[([^\]]*)\]/.exec(host)?.[1] ?? host.replace(/:\d*$/, '')
  }),
  member('getPort', [typeName], 'string', (value) => /:(\d*)$/.exec(url(value).host)?.[1] ?? ''),
  member('getEscapedPath', [typeName], 'string', (value) => escapePath(url(value).path)),
  member('getQuery', [typeName], 'map(string, list(string))', (value) => query(url(value).query)),
]

function parse(text: string): Url {
  if (isRequestUri(text)) return new Url(text)
  throw new EvaluationError(
    `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
  )
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What must not stand in a path is escaped; what is escaped stays. */
const escapePath = (path: string): string =>
  path.replace(/[^A-Za-z0-9\-._~$&+,/:;=@%!'()*[\]]+/gu, (part) => encodeURIComponent(part))

function query(text: string): EntryMap {
  const found = new Map<string, string[]>()
  for (const part of text.split('&')) {
    // As Go: what holds a semicolon or a broken escape is left out.
    if (part === '' || part.includes(';') || /%(?![0-9a-fA-F]{2})/.test(part)) continue
    const [key, value] = part.includes('=')
      ? [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]
      : [part, '']
    const name = unescape(key.replaceAll('+', ' '))
    found.set(name, [...(found.get(name) ?? []), unescape(value.replaceAll('+', ' '))])
  }
  const map = new EntryMap()
  for (const [key, values] of found) map.insert(key, new List(values))
  return map
}
