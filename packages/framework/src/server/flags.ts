import { parseArgs } from 'node:util'
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

/** -v=3, as Go writes it. */
const verbosity = (arg: string): string | undefined => (arg.startsWith('-v=') ? `-${arg}` : undefined)

/** Throws {@link FlagError}. */
export function readFlags(argv: readonly string[]): Partial<ParsedFlags> {
  let values: Record<string, unknown>
  try {
    values = parseArgs({
      // A flag that is true by being there may say so all the same: --flag=false.
      args: argv.map(
        (arg) => verbosity(arg) ?? (arg.startsWith('--') && flags[arg.slice(2)]?.value === '' ? `${arg}=true` : arg),
      ),
      options: Object.fromEntries(
        Object.keys(flags).map((name) => [
          name,
          { type: 'string' as const, multiple: true as const, ...(name === 'v' ? { short: 'v' } : {}) },
        ]),
      ),
      allowPositionals: false,
    }).values
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new FlagError(`error: ${reason}\nRun with --help to see all flags.`, { cause })
  }
  const result: Record<string, FlagValue> = {}
  for (const [name, given] of Object.entries(values)) {
    const flag = flags[name]
    if (!flag || !Array.isArray(given)) continue
    const texts = given.map(String)
    const text = texts.join(',')
    try {
      result[flag.member] = flag.read ? flag.read(texts) : (texts.at(-1) ?? '')
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new FlagError(`error: invalid argument ${JSON.stringify(text)} for "--${name}": ${reason}`, { cause })
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
