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

/** An index of a list of `length` items, as RFC 6901 writes it: no sign, no leading zero. */
export function parseIndex(token: string, length: number): number | undefined {
  if (!/^(?:0|[1-9]\d{0,9})$/.test(token)) return undefined
  const index = Number(token)
  return index < length ? index : undefined
}
