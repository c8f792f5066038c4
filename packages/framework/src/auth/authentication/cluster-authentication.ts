import { isNotFound } from '../../client/error-kinds.ts'
import type { Client } from '../../client/client.ts'
import { Informer } from '../../client/informer.ts'
import type { ResourceKind } from '../../client/resource-kind.ts'
import type { KubeObject } from '../../meta/object.ts'
import { parseJson } from '../../util/json.ts'
import { standardRequestHeaders, type RequestHeaderConfig } from './request-header.ts'
import { TrustRoots } from './trust-roots.ts'
import type { TrustSource } from './trust-source.ts'

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>
}

export const ConfigMap: ResourceKind<ConfigMap> = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps' }

const namespace = 'kube-system'
const name = 'extension-apiserver-authentication'

export interface ClusterAuthenticationOptions {
  /** Told of a value that cannot be used (what was there before it is kept), and of every failure of the watch. */
  readonly onError: (error: unknown) => void
}

/** One key of the ConfigMap: kept as text, so that it is parsed again only when it changed, and as what it says. */
class Setting<T> {
  readonly key: string
  readonly #parse: (text: string) => T
  #text: string | undefined
  value: T | undefined

  constructor(key: string, parse: (text: string) => T) {
    this.key = key
    this.#parse = parse
  }

  /** True when it changed. Throws, and keeps what it was, when the text cannot be parsed. */
  set(text: string | undefined): boolean {
    if (text === this.#text) return false
    this.value = text === undefined || text === '' ? undefined : this.#parse(text)
    this.#text = text
    return true
  }
}

/** No header at all: what counts until the cluster has said which ones. */
const noHeaders: RequestHeaderConfig = {
  ...standardRequestHeaders,
  usernameHeaders: [],
  groupHeaders: [],
  extraHeaderPrefixes: [],
  uidHeaders: [],
}

/**
 * Whom the cluster trusts: the ConfigMap `kube-system/extension-apiserver-authentication`, read at start and watched from then on. Every key may be
 * missing, and whoever needs it then has no opinion. A deleted ConfigMap leaves things as they are: kube-apiserver writes it again.
 * Source: server/options/authentication.go, authentication/request/headerrequest/requestheader_controller.go.
 */
export class ClusterAuthentication {
  readonly #client: Client
  readonly #options: ClusterAuthenticationOptions
  readonly #abort = new AbortController()
  readonly #clientCa = new Setting('client-ca-file', (pem) => TrustRoots.fromPem(pem))
  readonly #proxyCa = new Setting('requestheader-client-ca-file', (pem) => TrustRoots.fromPem(pem))
  readonly #allowedNames = new Setting('requestheader-allowed-names', parseNames)
  readonly #usernameHeaders = new Setting('requestheader-username-headers', parseNames)
  readonly #groupHeaders = new Setting('requestheader-group-headers', parseNames)
  readonly #extraPrefixes = new Setting('requestheader-extra-headers-prefix', parseNames)
  readonly #uidHeaders = new Setting('requestheader-uid-headers', parseNames)
  readonly #listeners = new Set<() => void>()
  #headers: RequestHeaderConfig = noHeaders
  #running: Promise<void> | undefined

  constructor(client: Client, options: ClusterAuthenticationOptions) {
    this.#client = client
    this.#options = options
  }

  /** Authorities of users' certificates. */
  get clientCa(): TrustSource {
    return currentOf(this.#clientCa)
  }

  /** Authorities of the front proxy's certificates. */
  get proxyCa(): TrustSource {
    return currentOf(this.#proxyCa)
  }

  get requestHeaders(): RequestHeaderConfig {
    return this.#headers
  }

  /** `listener` is called after every change. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  /** Reads, then watches. Rejects when the cluster refuses or cannot be reached; a ConfigMap that is not there is no error. */
  async start(options: { readonly tolerateFailure?: boolean } = {}): Promise<void> {
    try {
      this.#take(await this.#client.resource(ConfigMap).namespace(namespace).get(name))
    } catch (error) {
      if (!isNotFound(error) && !options.tolerateFailure) throw lookupFailure(error)
      this.#options.onError(error)
    }
    const informer = new Informer(this.#client.resource(ConfigMap).namespace(namespace), {
      fieldSelector: `metadata.name=${name}`,
      onError: this.#options.onError,
    })
    const take = (map: ConfigMap): void => {
      this.#take(map)
    }
    informer.addHandler({ onAdd: take, onUpdate: (_old, map) => take(map) })
    this.#running = informer.run(this.#abort.signal)
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#abort.abort()
    await this.#running
  }

  #take({ data = {} }: ConfigMap): void {
    const settings = [this.#clientCa, this.#proxyCa, this.#allowedNames, this.#usernameHeaders, this.#groupHeaders]
    let changed = false
    for (const setting of [...settings, this.#extraPrefixes, this.#uidHeaders]) {
      try {
        if (setting.set(data[setting.key])) changed = true
      } catch (cause) {
        this.#options.onError(new Error(`${namespace}/${name}: ${setting.key} cannot be used`, { cause }))
      }
    }
    if (!changed) return
    this.#headers = {
      allowedNames: this.#allowedNames.value ?? [],
      usernameHeaders: this.#usernameHeaders.value ?? [],
      groupHeaders: this.#groupHeaders.value ?? [],
      extraHeaderPrefixes: this.#extraPrefixes.value ?? [],
      uidHeaders: this.#uidHeaders.value ?? [],
    }
    for (const listener of this.#listeners) listener()
  }
}

const currentOf = (setting: Setting<TrustRoots>): TrustSource => ({
  get current(): TrustRoots | undefined {
    return setting.value
  },
})

function parseNames(text: string): readonly string[] {
  const names = parseJson(text)
  if (names === null) return []
  if (!Array.isArray(names) || !names.every((item) => typeof item === 'string'))
    throw new TypeError('must be a list of texts, in JSON')
  return names
}

/** Says what to do about it: the one mistake that everybody makes is the missing RoleBinding. */
function lookupFailure(cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new Error(
    `unable to get configmap/${name} in ${namespace}: ${reason}. Usually fixed by 'kubectl create rolebinding -n ${namespace} ROLEBINDING_NAME --role=${name}-reader --serviceaccount=YOUR_NS:YOUR_SA'`,
    { cause },
  )
}
