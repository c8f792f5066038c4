/** A piece of TypeScript that is laid out by how much room there is. */
export type Source = string | CallSource | ObjectSource | ArraySource

export interface CallSource {
  readonly call: string
  readonly args: readonly Source[]
}
export interface ObjectSource {
  /** A member under the name `...` is spread. */
  readonly members: readonly (readonly [name: string, value: Source])[]
}
export interface ArraySource {
  readonly elements: readonly Source[]
}

const width = 120

/** The text, laid out as prettier does it; `prefix` is what stands before it on its line, `suffix` what has to follow. */
export function sourceText(source: Source, indent = 0, prefix = 0, suffix = 0): string {
  const flat = flatText(source)
  if (prefix + flat.length + suffix <= width && !flat.includes('\n')) return flat
  return brokenSourceText(source, indent, prefix)
}

/** The text on several lines, whatever room there is. */
export function brokenSourceText(source: Source, indent: number, prefix: number): string {
  if (typeof source === 'string') return source
  if ('members' in source) return objectText(source, indent)
  if ('elements' in source) return brokenText('[', source.elements, ']', indent)
  return callText(source, indent, prefix)
}

/** A literal of a JSON value. */
export function literal(value: unknown): Source {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'bigint') return `${String(value)}n`
  if (Array.isArray(value)) return { elements: value.map(literal) }
  if (typeof value === 'object' && value !== null)
    return { members: Object.entries(value).map(([name, member]) => [name, literal(member)]) }
  return JSON.stringify(value)
}

/** In single quotes, unless that takes more escapes. */
export function quoted(text: string): string {
  const singles = text.split("'").length
  const doubles = text.split('"').length
  const quote = singles > doubles ? '"' : "'"
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll(quote, `\\${quote}`)
  // Line separators of Unicode end no line in a literal, but may in an editor.
  return quote + escaped.replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`) + quote
}

const nameText = (name: string): string =>
  name === '__proto__' ? "['__proto__']" : /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)

function flatText(source: Source): string {
  if (typeof source === 'string') return source
  if ('call' in source) return `${source.call}(${source.args.map(flatText).join(', ')})`
  if ('elements' in source) return `[${source.elements.map(flatText).join(', ')}]`
  if (!source.members.length) return '{}'
  return `{ ${source.members.map(([name, value]) => `${memberStart(name, value)}${memberEnd(name, value)}`).join(', ')} }`
}

const isShort = (name: string, value: Source): boolean => name === value && nameText(name) === name

/** What stands before a member's value. */
const memberStart = (name: string, value: Source): string =>
  name === '...' || isShort(name, value) ? name : `${nameText(name)}: `

const memberEnd = (name: string, value: Source): string => (isShort(name, value) ? '' : flatText(value))

function objectText({ members }: ObjectSource, indent: number): string {
  const inner = ' '.repeat(indent + 2)
  const lines = members.map(([name, value]) => {
    if (isShort(name, value)) return `${inner}${name},`
    if (name === '...') return `${inner}...${sourceText(value, indent + 2, inner.length + 3, 1)},`
    const before = `${inner}${nameText(name)}:`
    const text = sourceText(value, indent + 2, before.length + 1, 1)
    // A text that has no room stands on a line of its own, unless that gains nothing.
    const fits = typeof value !== 'string' || nameText(name).length <= 4 || before.length + text.length + 2 <= width
    return fits ? `${before} ${text},` : `${before}\n${inner}  ${text},`
  })
  return `{\n${lines.join('\n')}\n${' '.repeat(indent)}}`
}

function brokenText(open: string, items: readonly Source[], close: string, indent: number): string {
  const inner = ' '.repeat(indent + 2)
  const lines = items.map((item) => `${inner}${sourceText(item, indent + 2, indent + 2, 1)},`)
  return `${open}\n${lines.join('\n')}\n${' '.repeat(indent)}${close}`
}

/** An object or a list at the end stays at its call, where what precedes it fits on the line and is none of its sort. */
function callText({ call, args }: CallSource, indent: number, prefix: number): string {
  const last = args.at(-1)
  const before = args.slice(0, -1)
  if (last !== undefined && isLiteral(last) && sortOf(before.at(-1)) !== sortOf(last)) {
    const head = `${call}(${before.map((arg) => `${flatText(arg)}, `).join('')}`
    if (prefix + head.length + 1 <= width) return `${head}${brokenSourceText(last, indent, prefix + head.length)})`
  }
  return brokenText(`${call}(`, args, ')', indent)
}

const isLiteral = (source: Source): source is ObjectSource | ArraySource =>
  typeof source === 'object' && ('members' in source || 'elements' in source)

const sortOf = (source: Source | undefined): string =>
  typeof source === 'object' ? (Object.keys(source)[0] ?? '') : typeof source
