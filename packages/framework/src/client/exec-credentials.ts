import { spawn } from 'node:child_process'
import { isObject, parseJson, type JsonObject } from '../util/json.ts'
import { ConfigError } from './config-error.ts'
import type { ClientCertificate, Credentials } from './credentials.ts'

/** The `exec` member of a kubeconfig's user. */
export interface ExecConfig {
  readonly apiVersion: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly installHint: string
  /** The directory of the kubeconfig: a command with a slash is relative to it. */
  readonly directory: string
  /** Given to the plugin when `provideClusterInfo` asks for it. */
  readonly cluster: JsonObject | undefined
}

interface Credential {
  readonly header: string | undefined
  readonly certificate: ClientCertificate | undefined
  /** Milliseconds since 1970; Infinity without an expirationTimestamp. */
  readonly expiresAt: number
}

/** Renewed a little early, so that no request leaves with a token that dies on its way. */
const earlyMs = 10_000
const maxOutputBytes = 1 << 20

/** Credentials that a program prints, as cloud providers have it. Source: client.authentication.k8s.io/v1, client-go plugin/pkg/client/auth/exec. */
export class ExecCredentials implements Credentials {
  readonly #config: ExecConfig
  #current: Promise<Credential> | undefined
  /** Of the credential in hand; undefined also while it is asked for. */
  #header: string | undefined
  #expiresAt = Infinity
  #askedAt = -Infinity

  constructor(config: ExecConfig) {
    this.#config = config
  }

  async authorization(): Promise<string | undefined> {
    return (await this.#credential()).header
  }

  async certificate(): Promise<ClientCertificate | undefined> {
    return (await this.#credential()).certificate
  }

  expire(refused: string | undefined): boolean {
    // Requests that were under way with the old one, when another has asked for a new one.
    if (this.#header !== refused) return true
    const wasFresh = performance.now() - this.#askedAt < 1000
    this.#current = undefined
    return !wasFresh
  }

  /** One run of the program for all who wait. */
  #credential(): Promise<Credential> {
    if (this.#current && Date.now() < this.#expiresAt - earlyMs) return this.#current
    this.#expiresAt = Infinity
    this.#header = undefined
    this.#askedAt = performance.now()
    const asked = run(this.#config).then((output) => read(output, this.#config))
    this.#current = asked
    asked.then(
      (credential) => {
        if (this.#current !== asked) return
        this.#expiresAt = credential.expiresAt
        this.#header = credential.header
      },
      () => {
        if (this.#current === asked) this.#current = undefined
      },
    )
    return asked
  }
}

function run({ apiVersion, command, args, env, installHint, directory, cluster }: ExecConfig): Promise<string> {
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false, ...(cluster ? { cluster } : {}) } }
  const fail = (text: string, cause?: unknown): ConfigError =>
    new ConfigError(`getting credentials: exec: ${text}${installHint ? `\n\n${installHint}` : ''}`, { cause })
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      ...(command.includes('/') ? { cwd: directory } : {}),
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 60_000,
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.length > maxOutputBytes) child.kill()
    })
    child.on('error', (error) => reject(fail(`executable ${command} failed: ${error.message}`, error)))
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output)
      else reject(fail(`executable ${command} failed with ${signal ?? `exit code ${String(code)}`}`))
    })
  })
}

function read(output: string, { apiVersion, command }: ExecConfig): Credential {
  let parsed
  try {
    parsed = parseJson(output)
  } catch (cause) {
    throw new ConfigError(`exec plugin ${command} did not print JSON`, { cause })
  }
  const status = isObject(parsed) && parsed['kind'] === 'ExecCredential' ? parsed['status'] : undefined
  if (!isObject(parsed) || !isObject(status)) throw new ConfigError('exec plugin didn’t return a status field')
  if (parsed['apiVersion'] !== apiVersion)
    throw new ConfigError(`exec plugin is configured to use API version ${apiVersion}, plugin returned another`)
  const text = (key: string): string => {
    const value = status[key]
    return typeof value === 'string' ? value : ''
  }
  const cert = text('clientCertificateData')
  const key = text('clientKeyData')
  if (!text('token') && !(cert && key)) throw new ConfigError('exec plugin didn’t return a token or a cert/key pair')
  const expires = Date.parse(text('expirationTimestamp'))
  return {
    header: text('token') ? `Bearer ${text('token')}` : undefined,
    certificate: cert && key ? { cert, key } : undefined,
    expiresAt: Number.isNaN(expires) ? Infinity : expires,
  }
}
