/** Text that is HTML already. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Piece = string | number | Html | undefined | readonly Piece[]

/** A template whose values are escaped, unless they are HTML themselves; lists stand one after the other. */
export const html = (texts: TemplateStringsArray, ...values: readonly Piece[]): Html =>
  new Html(texts.reduce((text, next, at) => text + written(values[at - 1]) + next))

function written(value: Piece): string {
  if (value === undefined) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(written).join('')
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
