/**
 * The lines of a template that hold under `conditions`:
 *
 * - `code // if:NAME` and `code // unless:NAME`: that line;
 * - `// if:NAME` or `// unless:NAME` until `// end:NAME`: the lines between;
 * - `// if:NAME> code` or `// unless:NAME> code`: the code, which is a comment until then.
 */
export function conditionalLines(text: string, conditions: Readonly<Record<string, boolean>>): string {
  const hidden = new Set<string>()
  const lines = text.split('\n').flatMap((line): string[] => {
    const end = /^\s*\/\/ end:(\w+)$/.exec(line)
    if (end) {
      hidden.delete(end[1] ?? '')
      return []
    }
    const found = /^(.*?)\s*\/\/ (if|unless):(\w+)(>?)(?: (.*))?$/.exec(line)
    if (!found) return hidden.size ? [] : [line]
    const [, code = '', word, name = '', commented, alternative = ''] = found
    const holds = (conditions[name] ?? false) === (word === 'if')
    if (commented) return holds && !hidden.size ? [`${/^\s*/.exec(line)?.[0] ?? ''}${alternative}`.trimEnd()] : []
    if (code.trim() !== '') return holds && !hidden.size ? [code] : []
    if (!holds) hidden.add(name)
    return []
  })
  return lines.join('\n')
}
