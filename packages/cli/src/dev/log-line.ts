import colors from 'picocolors'

const levels: Readonly<Record<number, string>> = {
  10: colors.dim('TRACE'),
  20: colors.dim('DEBUG'),
  30: colors.green('INFO'),
  40: colors.yellow('WARN'),
  50: colors.red('ERROR'),
  60: colors.red('FATAL'),
}
/** The same in all lines of a run. */
const dull = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'err'])

/** A line of a log as people read it; what is none stays as it is. */
export function logLine(line: string): string {
  if (!line.startsWith('{"level":')) return line
  let entry: Readonly<Record<string, unknown>>
  try {
    entry = JSON.parse(line) as Readonly<Record<string, unknown>>
  } catch {
    return line
  }
  const { level, time, msg = '', err } = entry
  const members = Object.entries(entry)
    .filter(([name]) => !dull.has(name))
    .map(([name, value]) => colors.dim(`${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`))
  const clock = new Date(Number(time)).toTimeString().slice(0, 8)
  const { stack, message } = (err ?? {}) as { readonly stack?: string; readonly message?: string }
  const cause = stack ?? message
  return [colors.dim(clock), levels[Number(level)] ?? String(level), String(msg), ...members]
    .join(' ')
    .concat(cause === undefined ? '' : `\n${cause}`)
}
