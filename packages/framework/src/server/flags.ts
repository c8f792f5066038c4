import { flags } from './flag-table.ts'
import type { ParsedFlags } from './flags/flag.ts'
import type { FlagValue } from './flag-values.ts'

export type { ParsedFlags }

/** The flags are wrong; the message says what to type instead. */
export class FlagError extends Error {
  override readonly name = 'FlagError'
}

/**
 * Reads a command line. `--help` prints the flags and exits with 0, a wrong flag prints what is wrong and exits with 1. Members of `given` are the
 * defaults of this program.
 */
export function parseServerFlags(
  argv: readonly string[],
  given: Partial<ParsedFlags> & { readonly dataDir: string },
): ParsedFlags {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(flagsHelp())
    process.exit(0)
  }
  try {
    return { ...given, ...readFlags(argv) }
  } catch (error) {
    if (!(error instanceof FlagError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

const shorthands: ReadonlyMap<string, string> = new Map([['v', 'v']])

/** Flags and what was given for each, in the words of pflag where they are wrong. A flag that is true by being there may say so all the same: --flag=false. */
function tokens(argv: readonly string[]): ReadonlyMap<string, string[]> {
  const values = new Map<string, string[]>()
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] ?? ''
    const [, long, letter, rest = '', inline] = /^(?:--([^=]+)|-([^-])([^=]*))(?:=([^]*))?$/.exec(arg) ?? []
    const name = long ?? shorthands.get(letter ?? '')
    if (long === undefined && letter === undefined) throw wrong(`unknown argument ${JSON.stringify(arg)}`)
    const flag = name === undefined || !Object.hasOwn(flags, name) ? undefined : flags[name]
    if (!flag || name === undefined)
      throw wrong(
        long === undefined ? `unknown shorthand flag: '${letter ?? ''}' in ${arg}` : `unknown flag: --${long}`,
      )
    let value = inline ?? (rest || undefined)
    if (value === undefined && flag.value === '') value = 'true'
    if (value === undefined && i + 1 < argv.length) value = argv[++i]
    if (value === undefined)
      throw wrong(`flag needs an argument: ${long === undefined ? `'${letter ?? ''}' in ${arg}` : arg}`)
    values.set(name, [...(values.get(name) ?? []), value])
  }
  return values
}

const wrong = (reason: string): FlagError => new FlagError(`error: ${reason}\nRun with --help to see all flags.`)

/** Throws {@link FlagError}. */
export function readFlags(argv: readonly string[]): Partial<ParsedFlags> {
  const values = tokens(argv)
  const result: Record<string, FlagValue> = {}
  for (const [name, texts] of values) {
    const flag = flags[name]
    if (!flag) continue
    const text = texts.join(',')
    try {
      const value = flag.read ? flag.read(texts) : (texts.at(-1) ?? '')
      if (flag.member) result[flag.member] = value
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new FlagError(`error: invalid argument ${JSON.stringify(text)} for "--${name}" flag: ${reason}`, { cause })
    }
  }
  if ((result.tlsCertFile === undefined) !== (result.tlsPrivateKeyFile === undefined))
    throw new FlagError('error: --tls-cert-file and --tls-private-key-file go together: give both or neither')
  if ((result.etcdCertFile === undefined) !== (result.etcdKeyFile === undefined))
    throw new FlagError('error: --etcd-certfile and --etcd-keyfile go together: give both or neither')
  return result
}

function flagsHelp(): string {
  const rows = Object.entries(flags).map(
    ([name, { value, help }]) => [`  --${name}${value && ` ${value}`}`, help] as const,
  )
  const width = Math.max(...rows.map(([left]) => left.length)) + 3
  return `Flags:\n${rows.map(([left, help]) => left.padEnd(width) + help).join('\n')}\n`
}
