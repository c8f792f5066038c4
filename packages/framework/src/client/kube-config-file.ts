import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { load } from 'js-yaml'
import { isObject, type JsonObject } from '../util/json.ts'
import { ConfigError } from './config-error.ts'
import { StaticCredentials, TokenFile, type Credentials } from './credentials.ts'
import { ExecCredentials } from './exec-credentials.ts'
import type { KubeConfigFields, PemSource } from './kube-config.ts'

/** An entry of clusters, users or contexts, and the directory that its relative paths start from. */
interface Entry {
  readonly body: JsonObject
  readonly directory: string
}
interface Merged {
  currentContext: string
  readonly clusters: Map<string, Entry>
  readonly users: Map<string, Entry>
  readonly contexts: Map<string, Entry>
}
const sections = [
  ['clusters', 'cluster'],
  ['users', 'user'],
  ['contexts', 'context'],
] as const

/** Reads and merges kubeconfig files and picks one context. Throws {@link ConfigError}. Source: client-go clientcmd. */
export function readKubeConfigFiles(paths: readonly string[], context?: string): KubeConfigFields {
  const merged: Merged = { currentContext: '', clusters: new Map(), users: new Map(), contexts: new Map() }
  for (const path of paths) merge(merged, path)
  const name = context ?? merged.currentContext
  const chosen = merged.contexts.get(name)?.body
  if (!chosen) throw new ConfigError(`context ${JSON.stringify(name)} does not exist in ${paths.join(', ')}`)
  const cluster = entryOf(merged, 'clusters', textOf(chosen, 'cluster'))
  const user = textOf(chosen, 'user')
  return {
    ...fieldsOfCluster(cluster),
    ...(user ? fieldsOfUser(entryOf(merged, 'users', user), cluster) : {}),
    namespace: textOf(chosen, 'namespace') || 'default',
  }
}

/** A user of a kubeconfig. */
export type KubeConfigUser = Omit<KubeConfigFields, 'server'>

/** The users of a file by their names, and that of its current context. */
export interface KubeConfigUsers {
  readonly users: ReadonlyMap<string, KubeConfigUser>
  readonly current: KubeConfigUser | undefined
}

/** The users of one file, whatever servers they are for. Throws {@link ConfigError}. */
export function readKubeConfigUsers(path: string): KubeConfigUsers {
  const merged: Merged = { currentContext: '', clusters: new Map(), users: new Map(), contexts: new Map() }
  merge(merged, path)
  const nowhere: Entry = { body: {}, directory: '' }
  const users = new Map([...merged.users].map(([name, entry]) => [name, fieldsOfUser(entry, nowhere)]))
  const context = merged.contexts.get(merged.currentContext)
  return { users, current: context && users.get(textOf(context.body, 'user')) }
}

function merge(merged: Merged, path: string): void {
  let file: unknown
  try {
    file = load(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new ConfigError(`error loading config file ${JSON.stringify(path)}: ${(cause as Error).message}`, { cause })
  }
  if (!isObject(file)) throw new ConfigError(`error loading config file ${JSON.stringify(path)}: not a kubeconfig`)
  merged.currentContext ||= textOf(file, 'current-context')
  for (const [section, member] of sections) {
    const entries = file[section]
    if (!Array.isArray(entries)) continue
    for (const entry of entries) {
      const body = isObject(entry) ? entry[member] : undefined
      const name = isObject(entry) ? textOf(entry, 'name') : ''
      if (isObject(body) && !merged[section].has(name))
        merged[section].set(name, { body, directory: dirname(resolve(path)) })
    }
  }
}

function entryOf(merged: Merged, section: 'clusters' | 'users', name: string): Entry {
  const entry = merged[section].get(name)
  if (!entry) throw new ConfigError(`${section.slice(0, -1)} ${JSON.stringify(name)} does not exist in the kubeconfig`)
  return entry
}

function fieldsOfCluster(entry: Entry): KubeConfigFields {
  const { body } = entry
  if (textOf(body, 'proxy-url')) throw new ConfigError('proxy-url is not supported')
  const ca = pem(entry, 'certificate-authority')
  const tlsServerName = textOf(body, 'tls-server-name')
  return {
    server: textOf(body, 'server'),
    insecureSkipTlsVerify: body['insecure-skip-tls-verify'] === true,
    ...(ca ? { ca } : {}),
    ...(tlsServerName ? { tlsServerName } : {}),
  }
}

function fieldsOfUser(entry: Entry, cluster: Entry): KubeConfigUser {
  const cert = pem(entry, 'client-certificate')
  const key = pem(entry, 'client-key')
  return {
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    credentials: credentialsOf(entry, cluster),
    impersonation: impersonationOf(entry.body),
  }
}

function credentialsOf({ body, directory }: Entry, cluster: Entry): Credentials {
  const tokenFile = textOf(body, 'tokenFile')
  if (tokenFile) return new TokenFile(resolve(directory, tokenFile))
  const token = textOf(body, 'token')
  if (token) return StaticCredentials.bearer(token)
  const username = textOf(body, 'username')
  if (username) return StaticCredentials.basic(username, textOf(body, 'password'))
  const exec = body['exec']
  if (isObject(exec)) return execOf(exec, directory, cluster)
  if (isObject(body['auth-provider']))
    throw new ConfigError('auth-provider is no longer a part of Kubernetes: use exec')
  return StaticCredentials.none
}

function execOf(exec: JsonObject, directory: string, cluster: Entry): ExecCredentials {
  const apiVersion = textOf(exec, 'apiVersion')
  const command = textOf(exec, 'command')
  if (!/^client\.authentication\.k8s\.io\/v1(beta1)?$/.test(apiVersion) || command === '')
    throw new ConfigError('exec needs a command and the apiVersion client.authentication.k8s.io/v1')
  if (textOf(exec, 'interactiveMode') === 'Always')
    throw new ConfigError('exec plugin cannot run: interactiveMode is Always, and this client has no terminal')
  const env = listOf(exec['env']).flatMap((variable) =>
    isObject(variable) ? [[textOf(variable, 'name'), textOf(variable, 'value')] as const] : [],
  )
  return new ExecCredentials({
    apiVersion,
    command,
    args: listOf(exec['args']).map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg))),
    env: Object.fromEntries(env),
    installHint: textOf(exec, 'installHint'),
    directory,
    cluster: exec['provideClusterInfo'] === true ? cluster.body : undefined,
  })
}

function impersonationOf(body: JsonObject): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  if (textOf(body, 'as')) headers['Impersonate-User'] = textOf(body, 'as')
  if (textOf(body, 'as-uid')) headers['Impersonate-Uid'] = textOf(body, 'as-uid')
  const groups = strings(body['as-groups'])
  if (groups.length > 0) headers['Impersonate-Group'] = groups
  const extra = body['as-user-extra']
  if (isObject(extra))
    for (const [key, values] of Object.entries(extra))
      headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = strings(values)
  return headers
}

/** Data in the file wins over the name of a file, as in client-go. */
function pem({ body, directory }: Entry, key: string): PemSource | undefined {
  const data = textOf(body, `${key}-data`)
  if (data) return { data: Buffer.from(data, 'base64') }
  const file = textOf(body, key)
  return file ? { file: resolve(directory, file) } : undefined
}

function textOf(body: JsonObject, key: string): string {
  const value = Object.hasOwn(body, key) ? body[key] : undefined
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const strings = (value: unknown): string[] => listOf(value).filter((item) => typeof item === 'string')
