/**
 * The tokens of an RFC 6901 JSON pointer, unescaped; undefined when it does not begin with a slash. The empty pointer
 * is the whole document.
 */
export function parsePointer(pointer: string): string[] | undefined {
  if (pointer === '') return []
  if (!pointer.startsWith('/')) return undefined
  const tokens = pointer.slice(1).split('/')
  return pointer.includes('~') ? tokens.map(unescape) : tokens
}

const unescape = (token: string): string => token.replace(/~[01]/g, (escape) => (escape === '~1' ? '/' : '~'))

/**
 * An index of a list of `length` items, as Go's strconv.Atoi reads it, leading zeros and all; a negative one counts from
 * the end. RFC 6901 is stricter. Source: evanphx/json-patch v4 partialArray, SupportNegativeIndices.
 */
export function parseIndex(token: string, length: number): number | undefined {
  if (!/^[+-]?\d+$/.test(token)) return undefined
  const given = Number(token)
  const index = given < 0 ? given + length : given
  return index >= 0 && index < length ? index : undefined
}
