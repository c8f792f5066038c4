/** Asks what may stand at the end of a command line, as a shell does that completes it. */
type Completions = (words: readonly string[]) => Promise<readonly string[]>

/** The command or flag that was probably meant by one that is not known, as it is typed; undefined when nothing is near. */
export async function suggestionFor(
  message: string,
  words: readonly string[],
  completions: Completions,
): Promise<string | undefined> {
  const [, list = ''] = /^Unknown (?:argument|command)s?: (.*)/m.exec(message) ?? []
  // A flag is named once more in camelCase: the first one is as it was typed.
  const [unknown = ''] = list.split(', ')
  if (!unknown) return undefined
  const flagAt = words.findIndex((word) => word === `--${unknown}` || word.startsWith(`--${unknown}=`))
  const before = words.slice(0, flagAt < 0 ? words.indexOf(unknown) : flagAt).filter((word) => !word.startsWith('-'))
  const known = await completions([...before, flagAt < 0 ? '' : '--'])
  const typed = flagAt < 0 ? unknown : `--${unknown}`
  return known
    .map((name) => ({ name, distance: editDistance(typed, name) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.replace(/^-+/, '').length / 3)))
    .sort((a, b) => a.distance - b.distance)[0]?.name
}

/** How many letters have to be added, left out, changed, or swapped with the next. */
export function editDistance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, i) => i)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const cheapest = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(swapped ? Math.min(cheapest, (before[j - 2] ?? 0) + 1) : cheapest)
    }
    ;[before, last] = [last, row]
  }
  return last[b.length] ?? 0
}
