import { pino, type Level, type Logger } from 'pino'

export interface ServerLogOptions {
  /** As klog's: 0 what an operator should know, 3 each request, 4 and more what helps to find a mistake. */
  readonly verbosity: number
  readonly format: 'text' | 'json'
}

/** What is written at a verbosity. */
const levels: readonly (readonly [from: number, level: Level])[] = [
  [6, 'trace'],
  [4, 'debug'],
  [0, 'info'],
]
/** pino's numbers, by the letters of klog. */
const letters: readonly (readonly [from: number, letter: string])[] = [
  [60, 'F'],
  [50, 'E'],
  [40, 'W'],
  [0, 'I'],
]
const ofLine: ReadonlySet<string> = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'err'])

/** What pino is to write at a verbosity. */
export const levelOf = (verbosity: number): Level => levels.find(([from]) => verbosity >= from)?.[1] ?? 'warn'

/** The log of a server, on standard error: a line of text as klog writes it, or of JSON. */
export function serverLog({ verbosity, format }: ServerLogOptions): Logger {
  const level = levelOf(verbosity)
  if (format === 'json') return pino({ level }, pino.destination(2))
  return pino({ level }, { write: (line) => void process.stderr.write(klogLine(line)) })
}

/** `W1125 18:50:00.123000      42 server] "message" key="value"`. */
export function klogLine(line: string): string {
  const entry = JSON.parse(line) as Record<string, unknown>
  const at = new Date(Number(entry.time)).toISOString()
  const letter = letters.find(([from]) => Number(entry.level) >= from)?.[1] ?? 'I'
  const { message } = (entry.err ?? {}) as { message?: string }
  const values = Object.entries(entry)
    .filter(([key]) => !ofLine.has(key))
    .map(([key, value]) => ` ${key}=${JSON.stringify(value)}`)
  const head = `${letter}${at.slice(5, 7)}${at.slice(8, 10)} ${at.slice(11, 23)}000 ${String(entry.pid).padStart(7)} server]`
  const failure = message === undefined ? '' : ` err=${JSON.stringify(message)}`
  return `${head} ${JSON.stringify(entry.msg ?? '')}${failure}${values.join('')}\n`
}
