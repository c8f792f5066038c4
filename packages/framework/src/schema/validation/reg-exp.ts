import { RE2JS } from 're2js'

/** Whether some part of a text matches. */
export type Matcher = (text: string) => boolean

/** One pass and the same meaning in both dialects: anchored, no groups, one repetition without a limit at most. */
const plainAtom = '(?:[\\w\\-%:;,=@#/ ]|\\\\[.\\-/+*?$^()|\\[\\]{}\\d]|\\[(?!\\^)[\\w\\-.:%/ ]+\\])'
const plain = new RegExp(`^\\^(?:${plainAtom}(?:\\{\\d{1,2}\\}|[+*?](?![+*?]))?)*\\$?$`)

/** Compiles a pattern in Go's (RE2's) syntax: never slower than the text is long. Throws a TypeError when it is none. */
export function compilePattern(pattern: string): Matcher {
  if (plain.test(pattern) && (pattern.match(/[+*?]/g)?.length ?? 0) <= 1) {
    const native = new RegExp(pattern)
    return (text) => native.test(text)
  }
  try {
    const compiled = RE2JS.compile(pattern)
    return (text) => compiled.matcher(text).find()
  } catch (error) {
    throw new TypeError(`${JSON.stringify(pattern)} is not a regular expression`, { cause: error })
  }
}
