import { sourceText, type Source } from './source-text.ts'

/** A schema with a name of its own in the code: `const port = Type.Object({ … })`. */
export interface Part {
  readonly name: string
  /** The declaration, without `export`. */
  readonly text: string
  readonly source: Source
  /** How deep in the object it stands. */
  readonly depth: number
}

/** So many lines are more than one wants to read inside of something else. */
const longLines = 10

/** The parts of a schema, each after those that it is made of. What is said twice is one part. */
export class Parts {
  readonly list: Part[] = []
  readonly #names: Set<string>
  readonly #known = new Map<string, string>()

  /** `taken` are names that stand for something else. */
  constructor(taken: readonly string[]) {
    this.#names = new Set([...reserved, ...taken])
  }

  /** The name of a part where a schema is long or stands at the top, else the schema as it is. `path` leads there. */
  place(source: Source, path: readonly string[]): Source {
    const body = sourceText(source)
    const known = this.#known.get(body)
    if (known !== undefined) return known
    if (path.length > 1 && body.split('\n').length < longLines) return source
    const name = this.#nameFor(path)
    this.#known.set(body, name)
    const start = `const ${name} = `
    this.list.push({ name, text: `${start}${sourceText(source, 0, start.length)}`, source, depth: path.length })
    return name
  }

  /** The last name of the path, with those before it when it is taken. */
  #nameFor(path: readonly string[]): string {
    const words = path.map((name) => name.split(/[^A-Za-z0-9]+/).filter(Boolean))
    for (let length = 1; length <= path.length; length++) {
      const name = camel(words.slice(-length).flat())
      if (this.#take(name)) return name
    }
    const name = camel(words.flat()) || 'part'
    for (let number = 2; ; number++) if (this.#take(`${name}${String(number)}`)) return `${name}${String(number)}`
  }

  #take(name: string): boolean {
    if (!/^[A-Za-z]/.test(name) || this.#names.has(name)) return false
    this.#names.add(name)
    return true
  }
}

const camel = (words: readonly string[]): string =>
  words
    .map((word, index) => (index ? word.charAt(0).toUpperCase() : word.charAt(0).toLowerCase()) + word.slice(1))
    .join('')

/** The name of one item of a list, or of one value of a map: `ports` → `port`. */
export function singular(name: string): string {
  if (/(ses|xes|zes|ches|shes)$/.test(name)) return name.slice(0, -2)
  if (name.endsWith('ies')) return `${name.slice(0, -3)}y`
  return /[^s]s$/.test(name) ? name.slice(0, -1) : name
}

/** The names that a piece of code uses: of parts, and of what it calls. */
export function namesIn(source: Source): Set<string> {
  const names = new Set<string>()
  const visit = (one: Source): void => {
    if (typeof one === 'string') {
      const [name = ''] = /^[A-Za-z_$][\w$]*/.exec(one) ?? []
      if (name !== '') names.add(name)
    } else if ('call' in one) {
      visit(one.call)
      one.args.forEach(visit)
    } else if ('elements' in one) one.elements.forEach(visit)
    else for (const [, value] of one.members) visit(value)
  }
  visit(source)
  return names
}

const reserved =
  'abstract arguments async await boolean break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null of package private protected public return static super switch this throw true try type typeof undefined var void while with yield'.split(
    ' ',
  )
