/** The path and query of a request line, decoded once. Everything that judges a request judges this path. */
export interface RequestTarget {
  /** Percent-decoded; a `%2F` in it has become a separator, as in Go. */
  readonly path: string
  readonly query: URLSearchParams
}

/** The request line is not a URL; answered with 400 before anything else happens. */
export class RequestTargetError extends Error {
  override readonly name = 'RequestTargetError'
}

/** Takes origin form (`/path?query`) and absolute form (`https://host/path`). Throws {@link RequestTargetError}. */
export function parseRequestTarget(url: string): RequestTarget {
  const origin = url.startsWith('/') || url === '*' ? url : originForm(url)
  const fragment = origin.indexOf('#')
  const whole = fragment < 0 ? origin : origin.slice(0, fragment)
  const mark = whole.indexOf('?')
  const rawPath = mark < 0 ? whole : whole.slice(0, mark)
  return { path: decodePath(rawPath), query: new URLSearchParams(mark < 0 ? '' : wellFormed(whole.slice(mark + 1))) }
}

const malformed = /;|%(?![\da-fA-F]{2})/

/** Without the pairs that Go leaves out: those with a semicolon, and those with a broken escape. */
const wellFormed = (query: string): string =>
  malformed.test(query)
    ? query
        .split('&')
        .filter((pair) => !malformed.test(pair))
        .join('&')
    : query

function originForm(url: string): string {
  const match = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url)
  if (!match) throw new RequestTargetError(`invalid request target ${JSON.stringify(url)}`)
  const rest = url.slice(match[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

function decodePath(raw: string): string {
  if (!raw.includes('%')) return raw
  try {
    return decodeURIComponent(raw)
  } catch (cause) {
    throw new RequestTargetError(`invalid URL escape in ${JSON.stringify(raw)}`, { cause })
  }
}
