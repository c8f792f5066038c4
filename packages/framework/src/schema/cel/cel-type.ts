/** A type of the expression language. Its names are cel-go's in messages: `list(string)`, `timestamp`. */
export interface CelType {
  readonly name: string
  readonly parameters: readonly CelType[]
  /** The fields of an object, under their escaped names. */
  readonly fields?: ReadonlyMap<string, CelType>
}

const simple = (name: string): CelType => ({ name, parameters: [] })

export const types = {
  null: simple('null'),
  bool: simple('bool'),
  int: simple('int'),
  uint: simple('uint'),
  double: simple('double'),
  string: simple('string'),
  bytes: simple('bytes'),
  timestamp: simple('timestamp'),
  duration: simple('duration'),
  dyn: simple('dyn'),
} as const

export const listOf = (element: CelType): CelType => ({ name: 'list', parameters: [element] })
export const mapOf = (key: CelType, value: CelType): CelType => ({ name: 'map', parameters: [key, value] })
export const optionalOf = (value: CelType): CelType => ({ name: 'optional_type', parameters: [value] })
export const typeOfType = (type: CelType): CelType => ({ name: 'type', parameters: [type] })
/** `name` tells it from every other object type. */
export const objectType = (name: string, fields: ReadonlyMap<string, CelType>): CelType => ({
  name,
  parameters: [],
  fields,
})
/** A type to be found out. */
export const variableType = (name: string): CelType => simple(`%${name}`)
export const isVariable = (type: CelType): boolean => type.name.startsWith('%')
export const isDyn = (type: CelType): boolean => type.name === 'dyn'

/** The type as messages name it. */
export function formatType({ name, parameters }: CelType): string {
  if (name.startsWith('%')) return 'dyn'
  return parameters.length ? `${name}(${parameters.map(formatType).join(', ')})` : name
}

/** Reads a type of a declaration: `list(string)`, `map(A, list(B))`. A single capital letter stands for any type. */
export function readType(text: string): CelType {
  const open = text.indexOf('(')
  if (open < 0) return /^[A-Z]$/.test(text) ? variableType(text) : simple(text)
  const parameters = split(text.slice(open + 1, -1)).map(readType)
  return { name: text.slice(0, open), parameters }
}

/** Splits at the commas outside of parentheses. */
function split(text: string): string[] {
  const parts: string[] = []
  let [depth, from] = [0, 0]
  for (let i = 0; i < text.length; i++) {
    const sign = text.charAt(i)
    depth += sign === '(' ? 1 : sign === ')' ? -1 : 0
    if (sign === ',' && depth === 0) {
      parts.push(text.slice(from, i).trim())
      from = i + 1
    }
  }
  return [...parts, text.slice(from).trim()]
}
