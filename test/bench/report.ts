import type { Row } from './rows.ts'

/** What the load client prints. */
export interface Result {
  readonly ops: number
  readonly errors: number
  readonly error?: string
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly bytes: number
  readonly cpuUs: number
  readonly rssBytes: number
  readonly clientUs: number
}

export interface Measured {
  readonly row: string
  readonly stack: string
  readonly opsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuUsPerOp: number
  /** Of the load client, to see whether it was the narrow place. */
  readonly clientUsPerOp: number
  readonly rssMib: number
  readonly bytesPerOp: number
  readonly errors: number
  readonly error?: string
}

/** All turns of one stack at one row. Times are the medians of the turns. */
export function summary(row: string, stack: string, results: readonly Result[]): Measured {
  const sum = (of: (result: Result) => number): number => results.reduce((total, result) => total + of(result), 0)
  const middle = (of: (result: Result) => number): number =>
    results.map(of).sort((a, b) => a - b)[Math.floor(results.length / 2)] ?? 0
  const ops = sum(({ ops }) => ops)
  const error = results.find(({ errors }) => errors > 0)?.error
  return {
    ...{ row, stack },
    opsPerSecond: ops / sum(({ seconds }) => seconds),
    p50Ms: middle(({ p50Ms }) => p50Ms),
    p99Ms: middle(({ p99Ms }) => p99Ms),
    cpuUsPerOp: sum(({ cpuUs }) => cpuUs) / ops,
    clientUsPerOp: sum(({ clientUs }) => clientUs) / ops,
    rssMib: Math.max(...results.map(({ rssBytes }) => rssBytes)) / 2 ** 20,
    bytesPerOp: sum(({ bytes }) => bytes) / ops,
    errors: sum(({ errors }) => errors),
    ...(error === undefined ? {} : { error }),
  }
}

const columns = ['row', 'stack', 'ops/s', 'p50 ms', 'p99 ms', 'CPU µs/op', 'ratio', 'RSS MiB', 'bytes/op', 'errors']
const widths = [15, 12, 9, 9, 9, 11, 7, 9, 10, 7]

export const tableHead = (): string => line(columns)

/** One line; the ratio is that of the CPU to `go`'s. */
export function tableLine(measured: Measured, go: Measured | undefined): string {
  const fixed = (n: number, digits: number): string => (Number.isFinite(n) ? n.toFixed(digits) : '-')
  const { row, stack, opsPerSecond, p50Ms, p99Ms, cpuUsPerOp, rssMib, bytesPerOp, errors } = measured
  const ratio = go && go !== measured ? fixed(cpuUsPerOp / go.cpuUsPerOp, 3) : ''
  const numbers = [fixed(opsPerSecond, 0), fixed(p50Ms, 2), fixed(p99Ms, 2), fixed(cpuUsPerOp, 1), ratio]
  return line([row, stack, ...numbers, fixed(rssMib, 0), fixed(bytesPerOp, 0), String(errors)])
}

const line = (cells: readonly string[]): string =>
  cells.map((cell, n) => (n < 2 ? cell.padEnd(widths[n] ?? 8) : cell.padStart(widths[n] ?? 8))).join(' ')

export const namesOf = (rows: readonly Row[]): string => rows.map(({ name }) => name).join(', ')
