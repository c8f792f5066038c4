/** Where a project keeps the text that stands above its sources. */
export const copyrightFile = 'copyright.txt'

/** The text as a comment, with an empty line below; '' when there is none. What is a comment already stays as it is. */
export function copyrightHeader(text: string | undefined): string {
  const lines = (text ?? '').trim()
  if (lines === '') return ''
  if (/^\/[/*]/.test(lines)) return `${lines}\n\n`
  return `${lines
    .split(/\r?\n/)
    .map((line) => `// ${line}`.trimEnd())
    .join('\n')}\n\n`
}
