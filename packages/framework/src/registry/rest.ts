import type { FieldError } from '../meta/field-error.ts'
import type { KubeObject, ListMeta } from '../meta/object.ts'
import type { FieldSelector } from '../meta/field-selector.ts'
import type { LabelSelector } from '../meta/label-selector.ts'
import type { Status } from '../meta/status.ts'
import type { RequestContext } from '../request/context.ts'
import type { StoredItem } from '../storage/stored-item.ts'
import type { WatchStream } from '../storage/storage.ts'

/** The rest interfaces: a resource serves the verbs whose methods it has. Objects are in the hub version. */

/** What a resource answers: an object, or the bytes it stands in. */
export type Answer<T extends KubeObject> = T | StoredItem

/** What a GET asks for beside the name. */
export interface GetOptions {
  readonly resourceVersion?: string
}
/** What a list asks for: selectors, a page, a state. Texts are as in the query, '' where it has none. */
export interface ListOptions {
  readonly labelSelector: LabelSelector
  readonly fieldSelector: FieldSelector
  readonly limit: number
  readonly continue: string
  readonly resourceVersion: string
  readonly resourceVersionMatch: 'Exact' | 'NotOlderThan' | ''
  /** What the field selector is matched against; given by the version asked for. Default: name and namespace. */
  readonly fieldsOf?: (object: KubeObject) => Record<string, string>
}
/** What a watch asks for: what a list does, from where on, and which events beside changes. */
export interface WatchOptions extends ListOptions {
  readonly allowWatchBookmarks: boolean
  /** undefined: not asked. */
  readonly sendInitialEvents: boolean | undefined
  readonly deadlineMs: number
}
/** A list; a bare array will do where there is nothing to say about it. */
export interface List<T extends KubeObject> {
  readonly metadata: ListMeta
  readonly items: readonly Answer<T>[]
}

/** The checks that the request's own version brings along; registry calls them in Go's order. */
export interface WriteChecks<T extends KubeObject> {
  /** Schema errors of the object in the version it was sent in. */
  readonly schema: (object: T, old: T | undefined) => readonly FieldError[]
  /** Validating admission; throws to refuse. */
  readonly admission: (object: T | undefined, old: T | undefined) => Promise<void>
}
/** How something is to be created or changed. */
export interface WriteOptions<T extends KubeObject> {
  readonly dryRun: boolean
  /** The object is given away: the caller neither keeps nor changes it any more. */
  readonly owned?: boolean
  readonly checks: WriteChecks<T>
}
/** Makes the new object out of the current one (a PUT body, a patch, an apply). Called again after a conflict. */
export type UpdatedObject<T extends KubeObject> = (current: T | undefined) => Promise<T>

/** How something is to be changed. */
export interface UpdateOptions<T extends KubeObject> extends WriteOptions<T> {
  /** Apply creates what is missing whatever the resource's own rule; admission and metadata rules of create apply. */
  readonly forceAllowCreate: boolean
  /** Checks for the case that the update creates. */
  readonly createChecks: WriteChecks<T>
  /** A PUT that names a uid means that one object. */
  readonly uid?: string
}
/** What an update made, and whether it was not there before (201). */
export interface UpdateResult<T extends KubeObject> {
  readonly object: Answer<T>
  readonly created: boolean
}

/** metav1.DeleteOptions */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly orphanDependents?: boolean
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  readonly dryRun: boolean
}
/** What a deletion did. */
export interface DeleteResult<T extends KubeObject> {
  /** The object as it was, or as it stands now when it stays. */
  readonly object: Answer<T>
  /** false: it stays, marked, until its finalizers are gone. */
  readonly deleted: boolean
}
/** Admission of one deletion; throws to refuse. */
export type DeleteCheck<T extends KubeObject> = (object: T) => Promise<void>

/** Has the verb get. Undefined, or a StatusError, answers 404. */
export interface Getter<T extends KubeObject> {
  /** undefined answers 404. */
  get(name: string, ctx: RequestContext, options?: GetOptions): Promise<Answer<T> | undefined>
}
/** Has the verb list. */
export interface Lister<T extends KubeObject> {
  list(options: ListOptions, ctx: RequestContext): Promise<List<T> | readonly T[]>
}
/** Has the verb watch. */
export interface Watcher {
  watch(options: WatchOptions, ctx: RequestContext): Promise<WatchStream>
}
/** Has the verb create. Throws a StatusError (409 AlreadyExists, 422 Invalid) where it refuses. */
export interface Creater<T extends KubeObject> {
  create(object: T, ctx: RequestContext, options: WriteOptions<T>): Promise<Answer<T>>
}
/** Has the verbs update and patch. Throws a StatusError (404, 409 Conflict, 422) where it refuses. */
export interface Updater<T extends KubeObject> {
  update(
    name: string,
    updated: UpdatedObject<T>,
    ctx: RequestContext,
    options: UpdateOptions<T>,
  ): Promise<UpdateResult<T>>
}
/** Has the verb delete. Throws a StatusError (404, 409 Conflict) where it refuses. */
export interface Deleter<T extends KubeObject> {
  delete(name: string, ctx: RequestContext, options: DeleteOptions, check: DeleteCheck<T>): Promise<DeleteResult<T>>
}
/** Has the verb deletecollection. */
export interface CollectionDeleter<T extends KubeObject> {
  deleteCollection(
    list: ListOptions,
    ctx: RequestContext,
    options: DeleteOptions,
    check: DeleteCheck<T>,
  ): Promise<List<T>>
}
/** POST to a subresource: `name` is the parent's, `object` what the client sent in the subresource's own kind. */
export interface NamedCreater<T extends KubeObject> {
  create(
    name: string,
    object: T,
    ctx: RequestContext,
    options: { readonly dryRun: boolean },
  ): Promise<KubeObject | Status>
}
/** Answers a GET with bytes, as many as there come to be: a log. What follows the options in the query is decoded as `Subresource.options` says. */
export interface Streamer<O = unknown> {
  /** Default `application/octet-stream`. */
  readonly contentType?: string
  /** undefined answers 204. What it throws is answered as a Status; what the stream throws ends the connection. */
  stream(name: string, options: O, ctx: RequestContext): Promise<AsyncIterable<string | Uint8Array> | undefined>
}
/** Answers the requests with its methods by itself, for as long as it likes, or makes another protocol of the connection. */
export interface Connecter<O = unknown> {
  readonly connectMethods: readonly ConnectMethod[]
  /** Paths below the subresource's are its own, too. Default: they are a 404. */
  readonly servesPath?: boolean
  /** What it throws before anything was answered is answered as a Status. */
  connect(name: string, request: ConnectRequest<O>, ctx: RequestContext): Promise<void>
}
/** A method of HTTP that a {@link Connecter} may take. */
export type ConnectMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** One connection to a subresource: its options, the path below, the bare request and response, and the protocols to change to. */
export interface ConnectRequest<O = unknown> {
  readonly method: string
  /** What follows the subresource's name: '' or with a leading slash; a trailing slash is kept. */
  readonly path: string
  readonly query: URLSearchParams
  /** The query, decoded and checked as `Subresource.options` says. */
  readonly options: O
  readonly request: import('node:http').IncomingMessage | import('node:http2').Http2ServerRequest
  readonly response: import('node:http').ServerResponse | import('node:http2').Http2ServerResponse
  /** The protocols that the client wants to speak (HTTP/1.1's `Upgrade`), as it writes them; none over HTTP/2. */
  readonly upgrades: readonly string[]
  /** Answers 101 and hands over the connection, which from then on speaks the protocol. Throws 400 when the client asked for no upgrade. */
  upgrade(protocol: string, headers?: Readonly<Record<string, string>>): import('node:stream').Duplex
  /** Hands over the connection with nothing answered yet, for a protocol that answers by itself. Throws 400 when the client asked for no upgrade. */
  takeSocket(): import('node:stream').Duplex
}
