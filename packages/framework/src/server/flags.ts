import { parseArgs } from 'node:util'
import { parseDuration } from '../meta/duration.ts'
import { defaults, type ServerFlags } from './options.ts'

/** Flags with the folder of the embedded store. */
export interface ParsedFlags extends ServerFlags {
  readonly dataDir: string
}

interface Flag {
  readonly member: keyof ParsedFlags
  /** `FILE`, `DIR`, … in the help. */
  readonly value: string
  readonly help: string
  readonly read?: (text: string) => FlagValue
  /** May be given several times: `read` gets all of it, with commas. */
  readonly repeated?: boolean
}
type FlagValue = string | number | readonly string[]

const flags: Readonly<Record<string, Flag>> = {
  'secure-port': {
    member: 'securePort',
    value: 'PORT',
    help: `port of HTTPS; 0 takes a free one (default ${String(defaults.securePort)})`,
    read: portOf,
  },
  'bind-address': {
    member: 'bindAddress',
    value: 'IP',
    help: `address to listen on (default ${defaults.bindAddress})`,
  },
  'cert-dir': {
    member: 'certDir',
    value: 'DIR',
    help: `where the server keeps the certificates that it makes (default ${defaults.certDir})`,
  },
  'tls-cert-file': { member: 'tlsCertFile', value: 'FILE', help: 'serving certificate, its intermediates after it' },
  'tls-private-key-file': { member: 'tlsPrivateKeyFile', value: 'FILE', help: 'key of --tls-cert-file' },
  'client-ca-file': {
    member: 'clientCaFile',
    value: 'FILE',
    help: 'authorities whose client certificates name users (CN the user, O the groups)',
  },
  kubeconfig: {
    member: 'kubeconfig',
    value: 'FILE',
    help: 'the cluster behind this server; without it, it stands alone',
  },
  'data-dir': { member: 'dataDir', value: 'DIR', help: 'folder of the embedded store' },
  'etcd-servers': {
    member: 'etcdServers',
    value: 'URLS',
    help: 'addresses of an etcd, as https://host:port, with commas between; without it the store is embedded',
    read: serversOf,
    repeated: true,
  },
  'etcd-cafile': { member: 'etcdCaFile', value: 'FILE', help: "authorities of etcd's certificate" },
  'etcd-certfile': { member: 'etcdCertFile', value: 'FILE', help: 'certificate that this server shows to etcd' },
  'etcd-keyfile': { member: 'etcdKeyFile', value: 'FILE', help: 'key of --etcd-certfile' },
  'etcd-prefix': {
    member: 'etcdPrefix',
    value: 'PREFIX',
    help: `what all keys in the store begin with (default ${defaults.etcdPrefix})`,
  },
  'etcd-compaction-interval': {
    member: 'etcdCompactionIntervalSeconds',
    value: 'DURATION',
    help: 'history is kept this long, and twice as long at most; also in the embedded store; 0 keeps it all (default 5m0s)',
    read: secondsOf,
  },
  'write-kubeconfig': {
    member: 'writeKubeconfig',
    value: 'FILE',
    help: "writes the administrator's kubeconfig when the server is ready",
  },
  'request-timeout': {
    member: 'requestTimeoutSeconds',
    value: 'DURATION',
    help: 'longest that a request may take, but for watches (default 1m0s)',
    read: secondsOf,
  },
  'max-requests-inflight': {
    member: 'maxRequestsInflight',
    value: 'N',
    help: `reads under way at once (default ${String(defaults.maxRequestsInflight)})`,
    read: countOf,
  },
  'max-mutating-requests-inflight': {
    member: 'maxMutatingRequestsInflight',
    value: 'N',
    help: `writes under way at once (default ${String(defaults.maxMutatingRequestsInflight)})`,
    read: countOf,
  },
}

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

/** Throws {@link FlagError}. */
export function readFlags(argv: readonly string[]): Partial<ParsedFlags> {
  let values: Record<string, unknown>
  try {
    values = parseArgs({
      args: [...argv],
      options: Object.fromEntries(
        Object.entries(flags).map(([name, { repeated = false }]) => [
          name,
          { type: 'string' as const, multiple: repeated },
        ]),
      ),
      allowPositionals: false,
    }).values
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new FlagError(`error: ${reason}\nRun with --help to see all flags.`, { cause })
  }
  const result: Record<string, FlagValue> = {}
  for (const [name, value] of Object.entries(values)) {
    const flag = flags[name]
    const text = Array.isArray(value) ? value.join(',') : value
    if (!flag || typeof text !== 'string') continue
    try {
      result[flag.member] = flag.read ? flag.read(text) : text
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
  const rows = Object.entries(flags).map(([name, { value, help }]) => [`  --${name} ${value}`, help] as const)
  const width = Math.max(...rows.map(([left]) => left.length)) + 3
  return `Flags:\n${rows.map(([left, help]) => left.padEnd(width) + help).join('\n')}\n`
}

function countOf(text: string): number {
  if (!/^\d+$/.test(text)) throw new RangeError('not a whole number')
  return Number(text)
}

function secondsOf(text: string): number {
  const seconds = parseDuration(text) / 1000
  if (seconds < 0) throw new RangeError('less than no time')
  return seconds
}

function serversOf(text: string): string[] {
  const servers = text.split(',').map((server) => server.trim())
  for (const server of servers)
    if (!/^(?:https?:\/\/)?[^/\s:]+(?::\d+)?$|^(?:https?:\/\/)?\[[^\]]+\](?::\d+)?$/.test(server))
      throw new RangeError(`${JSON.stringify(server)} is no address as https://host:port`)
  return servers
}

function portOf(text: string): number {
  const port = countOf(text)
  if (port > 65535) throw new RangeError('ports end at 65535')
  return port
}
