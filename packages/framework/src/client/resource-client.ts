import { apiVersionOf } from '../meta/group-version.ts'
import type { KubeObject, ListMeta } from '../meta/object.ts'
import { isObject, parseJson, stringify, type JsonValue } from '../util/json.ts'
import type { ApplyConfiguration } from './apply-configuration.ts'
import { ConnectionError } from './connection-error.ts'
import {
  deleteBody,
  patchMediaTypes,
  queryOf,
  type ApplyOptions,
  type DeleteOptions,
  type GetOptions,
  type ListOptions,
  type PatchOptions,
  type WatchOptions,
  type WriteOptions,
} from './request-options.ts'
import { resourcePath, type ResourceKind } from './resource-kind.ts'
import { isStatus } from './response-status.ts'
import { scaleOf, unexpected, type Scale } from './scale.ts'
import type { Transport } from './transport.ts'
import { watchEvents, type WatchEvent } from './watch-stream.ts'

/** A page of objects, of one state. */
export interface ObjectList<T extends KubeObject> {
  readonly metadata: ListMeta
  readonly items: T[]
}

interface ResourceClientOptions {
  readonly namespace?: string
  readonly maxEventBytes: number
}

/** Objects in one page when all of them are read. Source: client-go tools/pager. */
const pageSize = 500
const watchGraceMs = 30_000

/** The verbs of one kind. Whatever the server refuses is thrown as a StatusError, and no answer as a ConnectionError. */
export class ResourceClient<T extends KubeObject> {
  readonly kind: ResourceKind<T>
  readonly #transport: Transport
  readonly #options: ResourceClientOptions

  constructor(transport: Transport, kind: ResourceKind<T>, options: ResourceClientOptions) {
    this.kind = kind
    this.#transport = transport
    this.#options = options
  }

  /** The same verbs in one namespace. Cluster-scoped kinds take no notice; `''` or undefined means all. */
  namespace(namespace: string | undefined): ResourceClient<T> {
    const { maxEventBytes } = this.#options
    const chosen = namespace && this.kind.scope !== 'Cluster' ? { namespace } : {}
    return new ResourceClient(this.#transport, this.kind, { maxEventBytes, ...chosen })
  }

  get(name: string, options: GetOptions = {}): Promise<T> {
    return this.#send('GET', this.#path(name) + queryOf(options), options)
  }

  /** One page, or everything that `limit` allows. The items carry apiVersion and kind also where the server leaves them out. */
  async list(options: ListOptions = {}): Promise<ObjectList<T>> {
    const path = this.#path() + queryOf(options)
    const request = { method: 'GET', path, headers: this.#accept('PartialObjectMetadataList'), ...pick(options) }
    const list = parseJson(await this.#transport.fetch(request))
    if (!isObject(list) || !isObject(list['metadata']) || list['kind'] === 'Table') throw unexpected(path)
    const items = Array.isArray(list['items']) ? (list['items'] as unknown as T[]) : []
    const apiVersion = typeof list['apiVersion'] === 'string' ? list['apiVersion'] : apiVersionOf(this.kind)
    if (this.kind.onlyMetadata) return { metadata: list['metadata'], items: items.map((item) => this.#named(item)) }
    for (const item of items as Partial<KubeObject>[]) {
      item.apiVersion ??= apiVersion
      item.kind ??= this.kind.kind
    }
    return { metadata: list['metadata'], items }
  }

  /** All pages, as they come. A continue token that expires on the way is thrown as 410. */
  async *pages(options: Omit<ListOptions, 'continue'> = {}): AsyncGenerator<ObjectList<T>, void, undefined> {
    const { resourceVersion: _, resourceVersionMatch: __, ...next } = options
    let page = await this.list({ limit: pageSize, ...options })
    yield page
    while (page.metadata.continue) {
      page = await this.list({ limit: pageSize, ...next, continue: page.metadata.continue })
      yield page
    }
  }

  create(
    object: Partial<Pick<T, 'apiVersion' | 'kind'>> & Omit<T, 'apiVersion' | 'kind'>,
    options: WriteOptions = {},
  ): Promise<T> {
    const { namespace } = object.metadata
    return this.#within(namespace).#send(
      'POST',
      this.#within(namespace).#path() + queryOf(options),
      options,
      this.#encode(object),
    )
  }

  /** Replaces the object. With its resourceVersion set, a change by others since then is a 409. */
  update(object: T, options: WriteOptions = {}): Promise<T> {
    return this.#put(object, undefined, options)
  }

  updateStatus(object: T, options: WriteOptions = {}): Promise<T> {
    return this.#put(object, 'status', options)
  }

  /** `patch` is a list of operations for `json`, and a part of the object otherwise. */
  patch(
    name: string,
    patch: JsonValue | Readonly<object>,
    options: PatchOptions & { readonly subresource?: string } = {},
  ): Promise<T> {
    const { type = 'merge', subresource } = options
    const path = this.#path(name, subresource) + queryOf(options)
    return this.#send('PATCH', path, options, stringify(patch as JsonValue), patchMediaTypes[type])
  }

  patchStatus(name: string, patch: JsonValue | Readonly<object>, options: PatchOptions = {}): Promise<T> {
    return this.patch(name, patch, { ...options, subresource: 'status' })
  }

  /** Server-side apply: creates the object or changes the fields given, which `fieldManager` then owns. */
  apply(object: ApplyConfiguration<T>, options: ApplyOptions & { readonly subresource?: string }): Promise<T> {
    const { name = '', namespace, managedFields: _, ...metadata } = object.metadata
    const body = { ...object, metadata: { ...metadata, name, ...(namespace ? { namespace } : {}) } }
    const path = this.#within(namespace).#path(name, options.subresource) + queryOf(options)
    return this.#send('PATCH', path, options, this.#encode(body), patchMediaTypes.apply)
  }

  /** {@link apply} of the status alone. */
  applyStatus(object: ApplyConfiguration<T>, options: ApplyOptions): Promise<T> {
    return this.apply(object, { ...options, subresource: 'status' })
  }

  /** How many there are and are to be, of a kind that has the scale subresource. */
  async getScale(name: string, options: GetOptions = {}): Promise<Scale> {
    const path = this.#path(name, 'scale') + queryOf(options)
    return scaleOf(await this.#json('GET', path, options), path)
  }

  /** With the resourceVersion of what {@link getScale} gave, a change by others since then is a 409. */
  async updateScale(scale: Scale, options: WriteOptions = {}): Promise<Scale> {
    const { name = '', namespace } = scale.metadata
    const path = this.#within(namespace).#path(name, 'scale') + queryOf(options)
    return scaleOf(await this.#json('PUT', path, options, stringify(scale as unknown as JsonValue)), path)
  }

  /** Sets the number, whatever it was. */
  async scale(name: string, replicas: number, options: WriteOptions = {}): Promise<Scale> {
    const path = this.#path(name, 'scale') + queryOf(options)
    const patch = stringify({ spec: { replicas } })
    return scaleOf(await this.#json('PATCH', path, options, patch, patchMediaTypes.merge), path)
  }

  /** The object as it now waits for its finalizers, or undefined when it is gone. */
  async delete(name: string, options: DeleteOptions = {}): Promise<T | undefined> {
    const answer = await this.#json('DELETE', this.#path(name), options, stringify(deleteBody(options)))
    return isStatus(answer) ? undefined : this.#object(answer, name)
  }

  /** Deletes what the selectors choose, one object after the other. */
  async deleteCollection(
    select: Pick<ListOptions, 'labelSelector' | 'fieldSelector'> = {},
    options: DeleteOptions = {},
  ): Promise<void> {
    await this.#json('DELETE', this.#path() + queryOf(select), options, stringify(deleteBody(options)))
  }

  /**
   * The changes after `resourceVersion`, until the server ends the watch or `signal` aborts. The first step of the loop
   * opens it. An event that tells an error is thrown; 410 means that the version is too old: list again.
   */
  async *watch(options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const { signal, timeoutSeconds } = options
    const path = this.#path() + queryOf({ allowWatchBookmarks: true, ...options, watch: true })
    const giveUp = new AbortController()
    const stop = (): void => giveUp.abort()
    if (signal?.aborted) return
    signal?.addEventListener('abort', stop, { once: true })
    const late = timeoutSeconds === undefined ? undefined : setTimeout(stop, timeoutSeconds * 1000 + watchGraceMs)
    try {
      const response = await this.#transport.stream({
        method: 'GET',
        path,
        headers: this.#accept('PartialObjectMetadata'),
        signal: giveUp.signal,
        retry: false,
        rateLimited: false,
      })
      for await (const event of watchEvents<T>(response, this.#options.maxEventBytes))
        yield this.kind.onlyMetadata && event.type !== 'BOOKMARK'
          ? { type: event.type, object: this.#named(event.object) }
          : event
    } catch (error) {
      if (signal?.aborted) return
      if (giveUp.signal.aborted)
        throw new ConnectionError('the watch did not end in its time', { code: 'ETIMEDOUT', cause: error })
      throw error
    } finally {
      clearTimeout(late)
      signal?.removeEventListener('abort', stop)
    }
  }

  /** A subresource of another kind, like `scale` or `token`: GET, or POST and PUT with a body. */
  async subresource(
    name: string,
    subresource: string,
    method: 'GET' | 'POST' | 'PUT' = 'GET',
    body?: JsonValue,
    options: WriteOptions = {},
  ): Promise<JsonValue> {
    return this.#json(
      method,
      this.#path(name, subresource) + queryOf(options),
      options,
      body === undefined ? undefined : stringify(body),
    )
  }

  #put(object: T, subresource: string | undefined, options: WriteOptions): Promise<T> {
    const { name = '', namespace } = object.metadata
    return this.#send(
      'PUT',
      this.#within(namespace).#path(name, subresource) + queryOf(options),
      options,
      this.#encode(object),
    )
  }

  /** An object that names its namespace needs no other choice. */
  #within(namespace: string | undefined): ResourceClient<T> {
    return this.#options.namespace === undefined && namespace ? this.namespace(namespace) : this
  }

  #path(name?: string, subresource?: string): string {
    return resourcePath(this.kind, this.#options.namespace, name, subresource)
  }

  #encode(object: Readonly<object>): string {
    return stringify({ ...object, apiVersion: apiVersionOf(this.kind), kind: this.kind.kind })
  }

  async #send(method: string, path: string, options: WriteOptions, body?: string, mediaType?: string): Promise<T> {
    return this.#object(await this.#json(method, path, options, body, mediaType), path)
  }

  async #json(
    method: string,
    path: string,
    options: WriteOptions,
    body?: string,
    mediaType = 'application/json',
  ): Promise<JsonValue> {
    const content = body === undefined ? {} : { body }
    const headers = {
      ...this.#accept('PartialObjectMetadata'),
      ...(body === undefined ? {} : { 'Content-Type': mediaType }),
    }
    return parseJson(await this.#transport.fetch({ method, path, headers, ...content, ...pick(options) }))
  }

  #object(answer: JsonValue, what: string): T {
    if (!isObject(answer) || !isObject(answer['metadata'] ?? {})) throw unexpected(what)
    const object = answer as unknown as T
    return this.kind.onlyMetadata ? this.#named(object) : object
  }

  /** A server that does not know the form asked for sends the whole. */
  #accept(as: string): Record<string, string> {
    return this.kind.onlyMetadata ? { Accept: `application/json;as=${as};g=meta.k8s.io;v=v1,application/json` } : {}
  }

  /** Only the metadata, as of an object of the kind and not of PartialObjectMetadata. */
  #named({ metadata }: T): T {
    return { apiVersion: apiVersionOf(this.kind), kind: this.kind.kind, metadata } as T
  }
}

const pick = ({ signal }: { readonly signal?: AbortSignal }): { signal?: AbortSignal } => (signal ? { signal } : {})
