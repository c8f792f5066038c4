import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import type { Argv } from 'yargs'
import { UserError } from '../user-error.ts'

/** A server, and what to show it. PEM where it is about certificates. */
export interface Connection {
  readonly server: string
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly token?: string
  readonly username?: string
  readonly password?: string
  readonly serverName?: string
  readonly insecure?: boolean
}

/** The flags that say which server is meant. */
export interface ConnectionArguments {
  kubeconfig?: string
  context?: string
  'certificate-authority'?: string
  'client-certificate'?: string
  'client-key'?: string
  token?: string
  'insecure-skip-tls-verify': boolean
}

export const withConnectionOptions = <T>(yargs: Argv<T>): Argv<T & ConnectionArguments> =>
  yargs
    .option('kubeconfig', { type: 'string', describe: 'default: KUBECONFIG, else ~/.kube/config' })
    .option('context', { type: 'string', describe: 'of the kubeconfig; default: the current one' })
    .option('certificate-authority', { type: 'string', describe: "PEM file of the server's authority" })
    .option('client-certificate', { type: 'string', describe: 'PEM file' })
    .option('client-key', { type: 'string', describe: 'PEM file' })
    .option('token', { type: 'string', describe: 'bearer token' })
    .option('insecure-skip-tls-verify', { type: 'boolean', default: false, describe: 'whoever answers is believed' })

interface Named {
  readonly name: string
  readonly context?: Record<string, string>
  readonly cluster?: Record<string, string>
  readonly user?: Record<string, string>
}
interface KubeconfigFile {
  readonly 'current-context'?: string
  readonly contexts?: readonly Named[]
  readonly clusters?: readonly Named[]
  readonly users?: readonly Named[]
}

/** What the flags mean; with `url`, a kubeconfig is only read when a flag names one. Throws a UserError that names what is missing. */
export function connectionOf(argv: ConnectionArguments, url?: string): Connection {
  const asked = argv.kubeconfig ?? (url === undefined || argv.context !== undefined ? standardKubeconfig() : undefined)
  const configured = asked === undefined ? { server: '' } : fromKubeconfig(asked, argv.context)
  const server = url ?? configured.server
  if (!/^https?:\/\//.test(server)) throw new UserError(`${server} is no URL: it begins with https://`)
  const file = (flag: keyof ConnectionArguments): string | undefined => {
    const path = argv[flag]
    return typeof path === 'string' ? read(path, flag) : undefined
  }
  const given = {
    ca: file('certificate-authority'),
    cert: file('client-certificate'),
    key: file('client-key'),
    token: argv.token,
    ...(argv['insecure-skip-tls-verify'] ? { insecure: true } : {}),
  }
  return {
    ...configured,
    server: server.replace(/\/+$/, ''),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  }
}

function standardKubeconfig(): string {
  const files = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '')
  const found = [...files, join(homedir(), '.kube', 'config')].find((path) => existsSync(path))
  if (found === undefined) throw new UserError('which server? Name its kubeconfig: --kubeconfig FILE')
  return found
}

function fromKubeconfig(path: string, wanted: string | undefined): Connection {
  const config = (parse(read(path, 'kubeconfig')) ?? {}) as KubeconfigFile
  const name = wanted ?? config['current-context'] ?? ''
  const context = config.contexts?.find((entry) => entry.name === name)?.context
  if (!context)
    throw new UserError(
      `--kubeconfig ${path}: it has no context ${JSON.stringify(name)}; name one of ${(config.contexts ?? []).map((entry) => entry.name).join(', ')} with --context`,
    )
  const cluster = config.clusters?.find((entry) => entry.name === context['cluster'])?.cluster ?? {}
  const user = config.users?.find((entry) => entry.name === context['user'])?.user ?? {}
  if (typeof user['exec'] === 'object' || typeof user['auth-provider'] === 'object')
    throw new UserError(
      `--kubeconfig ${path}: its user gets credentials from a program: give --token "$(…)" instead, or run \`kubectl proxy\` and name http://127.0.0.1:8001`,
    )
  const pem = (from: Record<string, string>, member: string): string | undefined => {
    const data = from[`${member}-data`]
    if (data !== undefined) return Buffer.from(data, 'base64').toString()
    const file = from[member]
    return file === undefined ? undefined : read(resolve(dirname(path), file), member)
  }
  const members = {
    server: cluster['server'] ?? '',
    ca: pem(cluster, 'certificate-authority'),
    cert: pem(user, 'client-certificate'),
    key: pem(user, 'client-key'),
    token: user['token'] ?? (user['tokenFile'] === undefined ? undefined : read(user['tokenFile'], 'tokenFile').trim()),
    username: user['username'],
    password: user['password'],
    serverName: cluster['tls-server-name'],
    insecure: String(cluster['insecure-skip-tls-verify']) === 'true' ? true : undefined,
  }
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as unknown as Connection
}

function read(path: string, flag: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new UserError(`--${flag} ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}
