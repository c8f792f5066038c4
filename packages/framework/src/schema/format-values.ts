/** What texts of a format mean, to rules, and to validation where the meaning decides. Source: kube-openapi validation/strfmt. */
import { localTimeProblem } from '../meta/go-time.ts'
import { EvaluationError } from './cel/cel-error.ts'
import { parseDuration, parseTimestamp } from './cel/times.ts'
import { Duration, type Timestamp } from './cel/value.ts'

const longestDuration = 256
const largestInteger = 2n ** 63n - 1n
/** Each by its exact names, and by what its long one begins with. */
const units: readonly (readonly [pattern: RegExp, nanos: bigint])[] = [
  [/^(?:ns|nano.*)$/, 1n],
  [/^(?:us|µs|micro.*)$/, 1000n],
  [/^(?:ms|milli.*)$/, 1_000_000n],
  [/^(?:s|sec.*)$/, 1_000_000_000n],
  [/^(?:m|min.*)$/, 60_000_000_000n],
  [/^(?:h|hr|hour.*)$/, 3_600_000_000_000n],
  [/^(?:d|day.*)$/, 86_400_000_000_000n],
  [/^(?:w|wk|week.*)$/, 604_800_000_000_000n],
]

/**
 * Go's form, or the sum of all whole numbers that stand before the name of a unit, whatever else there is: `2 days`, `PT1H`. Throws an
 * EvaluationError for what is neither.
 */
export function formattedDuration(text: string): Duration {
  if (text.length > longestDuration) throw new EvaluationError('the duration is too long')
  try {
    return parseDuration(text)
  } catch (error) {
    let sum: bigint | undefined
    for (const [, amount = '', unit = ''] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
      if (BigInt(amount) > largestInteger) throw error
      const known = units.find(([pattern]) => pattern.test(unit.toLowerCase()))
      if (known) sum = (sum ?? 0n) + BigInt(amount) * known[1]
    }
    if (sum === undefined) throw error
    return new Duration(BigInt.asIntN(64, sum))
  }
}

/** Validation lets pass more than this reads. Throws an EvaluationError then. */
export function formattedTime(text: string): Timestamp {
  try {
    return parseTimestamp(text)
  } catch (error) {
    // As Go says it of the last form that it tries.
    const problem = localTimeProblem(text) ?? (error as Error).message
    throw new EvaluationError(`Invalid date-time formatted string ${text}: ${problem}`, { cause: error })
  }
}
