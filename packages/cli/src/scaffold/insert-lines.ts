import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { UserError } from '../user-error.ts'

/** Puts each text before the line that holds `apiserver-kit:MARKER`. What is there already is left alone. */
export function insertLines(file: string, lines: Readonly<Record<string, string>>): void {
  if (!existsSync(file))
    throw new UserError(`${file} is missing: write it anew, or add by hand:\n${Object.values(lines).join('\n')}`)
  let text = readFileSync(file, 'utf8')
  for (const [marker, line] of Object.entries(lines)) {
    if (text.includes(line)) continue
    const at = text.search(new RegExp(`^.*apiserver-kit:${marker}\\b`, 'm'))
    if (at < 0) throw new UserError(`${file} has lost its line "apiserver-kit:${marker}": add by hand:\n${line}`)
    text = `${text.slice(0, at)}${line}\n${text.slice(at)}`
  }
  writeFileSync(file, text)
}
