const contextLines = 3
/** Above this many comparisons the changed middle is shown as replaced as a whole. */
const maxComparisons = 4_000_000

interface Line {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
}

/** What `diff -u` says of two texts; '' when they are the same. An old text that is undefined is no file. */
export function unifiedDiff(path: string, old: string | undefined, text: string): string {
  if (old === text) return ''
  const lines = compared(linesOf(old ?? ''), linesOf(text))
  const hunks = hunksOf(lines)
  return [`--- ${old === undefined ? '/dev/null' : `a/${path}`}`, `+++ b/${path}`, ...hunks, ''].join('\n')
}

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function compared(old: readonly string[], now: readonly string[]): Line[] {
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  while (
    end < old.length - start &&
    end < now.length - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  )
    end++
  const same = (texts: readonly string[]): Line[] => texts.map((text) => ({ sign: ' ', text }))
  return [
    ...same(old.slice(0, start)),
    ...middle(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...same(old.slice(old.length - end)),
  ]
}

/** The longest common subsequence stays, the rest goes or comes. */
function middle(old: readonly string[], now: readonly string[]): Line[] {
  const gone = (text: string): Line => ({ sign: '-', text })
  const come = (text: string): Line => ({ sign: '+', text })
  if (old.length * now.length > maxComparisons) return [...old.map(gone), ...now.map(come)]
  const width = now.length + 1
  const lengths = new Uint32Array((old.length + 1) * width)
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      lengths[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    const [before, after] = [old[i], now[j]]
    if (before !== undefined && before === after) {
      lines.push({ sign: ' ', text: before })
      i++
      j++
    } else if (before !== undefined && (after === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(gone(before))
      i++
    } else if (after !== undefined) {
      lines.push(come(after))
      j++
    }
  }
  return lines
}

function hunksOf(lines: readonly Line[]): string[] {
  const shown = new Set<number>()
  for (const [i, { sign }] of lines.entries())
    if (sign !== ' ') for (let j = i - contextLines; j <= i + contextLines; j++) shown.add(j)
  const hunks: string[] = []
  let [oldLine, newLine] = [1, 1]
  let hunk: Line[] = []
  let [oldStart, newStart] = [1, 1]
  const close = (): void => {
    if (!hunk.length) return
    const count = (sign: string): number => hunk.filter((line) => line.sign === ' ' || line.sign === sign).length
    const range = (from: number, size: number): string => `${String(size === 0 ? from - 1 : from)},${String(size)}`
    hunks.push(`@@ -${range(oldStart, count('-'))} +${range(newStart, count('+'))} @@`)
    hunks.push(...hunk.map(({ sign, text }) => sign + text))
    hunk = []
  }
  for (const [i, line] of lines.entries()) {
    if (shown.has(i)) {
      if (!hunk.length) [oldStart, newStart] = [oldLine, newLine]
      hunk.push(line)
    } else close()
    if (line.sign !== '+') oldLine++
    if (line.sign !== '-') newLine++
  }
  close()
  return hunks
}
