import { setTimeout as sleep } from 'node:timers/promises'
import { createInterface } from 'node:readline'
import type { Answer, Asked, HttpClient, Json } from '../cluster/http-client.ts'
import { at, textAt } from '../cluster/members.ts'
import { code, Failure, Skip } from './rule.ts'

/** A resource, as discovery tells of it. */
export interface ServedKind {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly subresources: readonly string[]
}

export interface WatchEvent {
  readonly type: string
  readonly object: Json
}

let count = 0

/** What rules act on: one resource of one server, in one namespace. */
export class Subject {
  readonly http: HttpClient
  readonly kind: ServedKind
  readonly namespace: string
  readonly #sample: Json | undefined
  readonly #watchSeconds: number
  readonly #made = new Set<string>()

  constructor(
    http: HttpClient,
    kind: ServedKind,
    work: { readonly namespace: string; readonly sample: Json | undefined; readonly watchSeconds: number },
  ) {
    this.http = http
    this.kind = kind
    this.namespace = work.namespace
    this.#sample = work.sample
    this.#watchSeconds = work.watchSeconds
  }

  get apiVersion(): string {
    return `${this.kind.group}/${this.kind.version}`
  }
  get groupPath(): string {
    return `/apis/${this.kind.group}`
  }
  get versionPath(): string {
    return `${this.groupPath}/${this.kind.version}`
  }
  /** Over all namespaces. */
  get everywhere(): string {
    return `${this.versionPath}/${this.kind.plural}`
  }

  /** Path of the collection, or of an object in it. */
  path(name?: string, query = ''): string {
    const { namespaced, plural } = this.kind
    const collection = namespaced ? `${this.versionPath}/namespaces/${this.namespace}/${plural}` : this.everywhere
    return collection + (name === undefined ? '' : `/${name}`) + (query && `?${query}`)
  }

  send(method: string, path: string, asked?: Asked): Promise<Answer> {
    return this.http.send(method, path, asked)
  }

  newName(): string {
    const name = `conform-${process.pid.toString(36)}-${(++count).toString(36)}`
    this.#made.add(name)
    return name
  }

  /** An object that may be created, with a name of its own. Throws Skip where nobody knows how one looks. */
  draft(metadata: Json = {}): Json & { readonly metadata: Json } {
    if (!this.#sample) throw new Skip('no object could be made: give one with --sample FILE')
    const given = this.#sample['metadata'] as Json | undefined
    return {
      ...this.#sample,
      metadata: {
        ...(given?.['labels'] ? { labels: given['labels'] } : {}),
        ...(given?.['annotations'] ? { annotations: given['annotations'] } : {}),
        name: this.newName(),
        ...(this.kind.namespaced ? { namespace: this.namespace } : {}),
        ...metadata,
      },
    }
  }

  /** A new object on the server. */
  async made(metadata?: Json): Promise<Json> {
    const { json } = code(await this.send('POST', this.path(), { body: this.draft(metadata) }), 201)
    return json
  }

  async get(name: string): Promise<Json> {
    return code(await this.send('GET', this.path(name)), 200).json
  }

  patch(name: string, body: unknown, query = '', contentType = 'application/merge-patch+json'): Promise<Answer> {
    return this.send('PATCH', this.path(name, query), { body, contentType })
  }

  apply(name: string, body: unknown, query: string): Promise<Answer> {
    return this.patch(name, body, query, 'application/apply-patch+yaml')
  }

  /** A configuration to apply: nothing but what identifies the object, its labels, and what it must have. */
  configuration(name: string, labels: Json): Json {
    const { metadata: _, ...draft } = this.draft()
    return { ...draft, metadata: { name, ...(this.kind.namespaced ? { namespace: this.namespace } : {}), labels } }
  }

  /** Events until `enough` says so; throws a Failure when they do not come. What is there is done when the server watches. */
  async watch(
    query: string,
    enough: (events: readonly WatchEvent[]) => boolean,
    during: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<readonly WatchEvent[]> {
    const seconds = this.#watchSeconds
    const abort = new AbortController()
    const path = this.path(undefined, `watch=true&${query}`)
    const response = await this.http.open('GET', path, {}, abort.signal)
    if (response.statusCode !== 200) {
      response.destroy()
      throw new Failure(`GET ${path} answers ${String(response.statusCode)}, not 200`)
    }
    const events: WatchEvent[] = []
    const lines = createInterface({ input: response })
    const read = new Promise<void>((resolve) => {
      response.on('error', () => resolve())
      lines.on('error', () => resolve())
      lines.on('line', (line) => {
        if (line.trim() !== '') events.push(JSON.parse(line) as WatchEvent)
        if (enough(events)) resolve()
      })
      lines.on('close', () => resolve())
    })
    const timer = new AbortController()
    try {
      await during()
      await Promise.race([read, sleep(seconds * 1000, undefined, { signal: timer.signal })])
    } finally {
      timer.abort()
      lines.close()
      abort.abort()
    }
    if (!enough(events))
      throw new Failure(
        `GET ${path} gives only ${JSON.stringify(events.map(({ type, object }) => `${type} ${textAt(object, 'metadata', 'name')}`))} in ${seconds} s`,
      )
    return events
  }

  /** Removes what rules have made, whatever it is held by. */
  async tidy(): Promise<void> {
    for (const name of this.#made) {
      const { status, json } = await this.send('DELETE', this.path(name))
      if (status < 300 && at(json, 'metadata', 'finalizers') !== undefined)
        await this.patch(name, { metadata: { finalizers: null } })
    }
    this.#made.clear()
  }
}

export const nameOf = (object: unknown): string => textAt(object, 'metadata', 'name')
export const versionOf = (object: unknown): string => textAt(object, 'metadata', 'resourceVersion')
export const uidOf = (object: unknown): string => textAt(object, 'metadata', 'uid')
