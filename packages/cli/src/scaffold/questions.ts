import { isCancel, text } from '@clack/prompts'
import { UsageError, UserError } from '../user-error.ts'

/** A flag that has to be there; asked for on a terminal. */
export interface Question {
  readonly message: string
  readonly example: string
  readonly problem: (value: string) => string | undefined
}

/**
 * The values of flags that have to be given: what is missing is asked for on a terminal, and named elsewhere. Throws a UsageError for what is missing
 * or wrong, before anything is written. `command` is for the message.
 */
export async function required<Flag extends string>(
  command: string,
  argv: object,
  questions: Readonly<Record<Flag, Question>>,
): Promise<Record<Flag, string>> {
  const given = argv as Readonly<Partial<Record<Flag, string>>>
  const flags = Object.keys(questions) as Flag[]
  const missing = flags.filter((flag) => given[flag] === undefined)
  if (missing.length && !isInteractive()) {
    const line = flags.map((flag) => `--${flag} ${given[flag] ?? questions[flag].example}`).join(' ')
    throw new UsageError(`Missing required arguments: ${missing.join(', ')}\nType: apiserver-kit ${command} ${line}`)
  }
  const values: Partial<Record<Flag, string>> = {}
  for (const flag of flags) {
    const value = given[flag] ?? (await ask(questions[flag]))
    const problem = questions[flag].problem(value)
    if (problem !== undefined) throw new UsageError(`--${flag} ${problem}`)
    values[flag] = value
  }
  return values as Record<Flag, string>
}

/** Somebody sits there. */
const isInteractive = (): boolean => process.stdin.isTTY && process.stdout.isTTY && !process.env['CI']

async function ask({ message, example, problem }: Question): Promise<string> {
  const answer = await text({ message, placeholder: example, validate: (value) => problem(value ?? '') })
  if (isCancel(answer)) throw new UserError('nothing was made', 130)
  return answer
}
