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
    if (this.#truncating) {
      this.#write(text, itemRunes)
    } else if (isSayable(text)) {
      if (this.#written + runes(text) <= totalRunes) this.#write(text)
      else this.#truncate()
    }
  }

  headers(): string[] {
    return this.#lines
  }

  /** Too much: what was said so far is said again, shortened. */
  #truncate(): void {
    this.#truncating = true
    this.#written = 0
    this.#lines = []
    for (const text of this.#texts ?? []) this.#write(text, itemRunes)
  }

  #write(text: string, limit = totalRunes): void {
    const cut = runes(text) > limit ? Array.from(text).slice(0, limit).join('') : text
    if (!isSayable(cut)) return
    this.#written += runes(cut)
    this.#lines.push(`299 - ${quoted(cut)}`)
  }
}

const runes = (text: string): number => {
  let count = 0
  for (const _ of text) count++
  return count
}

/** Control characters cannot stand in a header. */
const isSayable = (text: string): boolean => !/\p{Cc}/u.test(text)

/** Node writes header values as Latin-1: beyond ASCII the text is given as its UTF-8 bytes. */
function quoted(text: string): string {
  const escaped = `"${text.replace(/[\\"]/g, '\\$&')}"`
  return /^[\x20-\x7e]*$/.test(escaped) ? escaped : Buffer.from(escaped, 'utf8').toString('latin1')
}
