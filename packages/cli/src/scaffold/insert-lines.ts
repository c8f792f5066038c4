import { UserError } from '../user-error.ts'

/** Puts each text before the line that holds `apiserver-kit:MARKER`. What is there already is left alone. `file` is for messages. */
export function insertLines(text: string, file: string, lines: Readonly<Record<string, string>>): string {
  let result = text
  for (const [marker, line] of Object.entries(lines)) {
    if (result.split('\n').some((_, at, all) => all.slice(at, at + line.split('\n').length).join('\n') === line))
      continue
    const at = result.search(new RegExp(`^.*apiserver-kit:${marker}(?![\\w:-])`, 'm'))
    if (at < 0) throw new UserError(`${file} has lost its line "apiserver-kit:${marker}": add by hand:\n${line}`)
    result = `${result.slice(0, at)}${line}\n${result.slice(at)}`
  }
  return result
}
