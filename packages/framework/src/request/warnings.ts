import { remembered } from '../util/remembered.ts'

/** Collects the texts of a response's Warning headers. Source: endpoints/filters/warning.go. */
export interface WarningRecorder {
  add(text: string): void
  /** The header lines so far: `299 - "text"`. */
  headers(): string[]
}

/** All texts of one response together, in characters. Beyond it each text is cut. */
const totalRunes = 4096
const itemRunes = 256

/** The warnings of one response: each text once, within 4096 characters altogether. */
export class ResponseWarnings implements WarningRecorder {
  #texts: Set<string> | undefined
  #lines: string[] = []
  #written = 0
  #truncating = false

  add(text: string): void {
    if (text === '' || (this.#truncating && this.#written >= totalRunes)) return
    this.#texts ??= new Set()
    if (this.#texts.has(text)) return
    this.#texts.add(text)
    const line = lineOf(this.#truncating ? shortened(text) : text)
    if (!line) return
    if (this.#truncating || this.#written + line.runes <= totalRunes) this.#write(line)
    else this.#truncate()
  }

  headers(): string[] {
    return this.#lines
  }

  /** Too much: what was said so far is said again, shortened. */
  #truncate(): void {
    this.#truncating = true
    this.#written = 0
    this.#lines = []
    for (const text of this.#texts ?? []) {
      const line = lineOf(shortened(text))
      if (line) this.#write(line)
    }
  }

  #write(line: Line): void {
    this.#written += line.runes
    this.#lines.push(line.header)
  }
}

interface Line {
  /** Characters of the text. */
  readonly runes: number
  readonly header: string
}

/** Undefined where control characters cannot stand in a header. Remembered, as a deprecated version says the same with every answer. */
const lineOf = remembered(
  (text): Line | undefined =>
    /\p{Cc}/u.test(text) ? undefined : { runes: runes(text), header: `299 - ${quoted(text)}` },
  { most: 128 },
)

const runes = (text: string): number => {
  let count = 0
  for (const _ of text) count++
  return count
}

const shortened = (text: string): string =>
  text.length > itemRunes ? Array.from(text).slice(0, itemRunes).join('') : text

/** Node writes header values as Latin-1: beyond ASCII the text is given as its UTF-8 bytes. */
function quoted(text: string): string {
  const escaped = `"${text.replace(/[\\"]/g, '\\$&')}"`
  return /^[\x20-\x7e]*$/.test(escaped) ? escaped : Buffer.from(escaped, 'utf8').toString('latin1')
}
