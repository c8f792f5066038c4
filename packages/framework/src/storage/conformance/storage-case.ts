import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { KubeObject } from '../../meta/object.ts'
import { StatusError } from '../../meta/status.ts'
import type { Backend } from '../backend.ts'
import { JsonCodec } from '../codec.ts'
import { encodeContinue } from '../continue.ts'
import type { Predicate, Storage, StorageListOptions, StorageWatchOptions, StoredList } from '../storage.ts'
import { StorageError, type StorageErrorCode } from '../storage-error.ts'
import type { StoreOptions } from '../store.ts'
import type { StoredItem } from '../stored-item.ts'
import { StreamReader } from './stream-reader.ts'

/** What the tests store. */
export interface Pod extends KubeObject {
  spec: { nodeName?: string }
}

/** How the Store of a subject has to be made. */
export const conformanceStoreOptions: StoreOptions = {
  prefix: '/registry/conformance',
  resourcePrefix: '/pods',
  codec: new JsonCodec({ apiVersion: 'v1', kind: 'Pod', toHub: (object) => object }),
}

export const all: Predicate = { everything: true, matches: () => true }

/** Objects of which this holds. */
export const where = (matches: (pod: Pod) => boolean): Predicate => ({
  everything: false,
  matches: (item) => matches(podOf(item)),
})
export const named = (name: string): Predicate => where((pod) => pod.metadata.name === name)
export const notNamed = (name: string): Predicate => where((pod) => pod.metadata.name !== name)

export const podOf = (item: StoredItem): Pod => item.object as Pod

export interface PodFields {
  readonly nodeName?: string
  readonly labels?: Record<string, string>
  readonly uid?: string
}

/** `path` is `namespace/name`. */
export function pod(path: string, { nodeName, labels, uid }: PodFields = {}): Pod {
  const [namespace = '', name = ''] = path.split('/')
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid: uid ?? `uid-of-${path}`, ...(labels ? { labels } : {}) },
    spec: nodeName === undefined ? {} : { nodeName },
  }
}

export const maxInt64 = '9223372036854775807'

/** What one test has: a Storage of pods over an opened backend. */
export class StorageCase {
  readonly storage: Storage
  readonly backend: Backend
  readonly #aborts: AbortController[] = []

  constructor(storage: Storage, backend: Backend) {
    this.storage = storage
    this.backend = backend
  }

  key(path: string): string {
    return `/pods/${path}`
  }

  /** Where the backend has it. */
  backendKey(path: string): string {
    return `${conformanceStoreOptions.prefix}/pods/${path}`
  }

  create(path: string, fields: PodFields = {}): Promise<StoredItem> {
    return this.storage.create(this.key(path), pod(path, fields))
  }

  /** Changes the object, which has to exist. */
  update(path: string, fields: PodFields): Promise<StoredItem> {
    return this.storage.guaranteedUpdate(this.key(path), () => pod(path, fields))
  }

  delete(path: string): Promise<StoredItem> {
    return this.storage.delete(this.key(path))
  }

  list(path: string, options: Partial<StorageListOptions> = {}): Promise<StoredList> {
    return this.storage.list(path === '' ? '/pods' : this.key(path), { recursive: true, predicate: all, ...options })
  }

  watch(path: string, options: Partial<StorageWatchOptions> = {}): Promise<StreamReader> {
    return this.watchKey(path === '' ? '/pods' : this.key(path), options)
  }

  async watchKey(key: string, options: Partial<StorageWatchOptions>): Promise<StreamReader> {
    const abort = new AbortController()
    this.#aborts.push(abort)
    const stream = await this.storage.watch(key, {
      recursive: true,
      predicate: all,
      signal: abort.signal,
      ...options,
    })
    return new StreamReader(stream)
  }

  /** A write that has nothing to do with the pods; its revision. */
  async elsewhere(): Promise<number> {
    const key = `/elsewhere/${randomUUID()}`
    const { modRevision } = await this.backend.commit({ key, value: Buffer.from('{}'), expectedModRevision: 0 })
    return modRevision
  }

  /** Writes bytes past the Storage. */
  async raw(path: string, bytes: string): Promise<number> {
    const key = this.backendKey(path)
    const before = await this.backend.get(key)
    const write = { key, value: Buffer.from(bytes), expectedModRevision: before?.modRevision ?? 0 }
    return (await this.backend.commit(write)).modRevision
  }

  /** Compacts the backend once the storage has seen every write: a cache behind it would begin anew and answer 429 meanwhile. */
  async compact(revision: number): Promise<void> {
    await this.list('', { resourceVersion: String(await this.current()), resourceVersionMatch: 'NotOlderThan' })
    await this.backend.compact(revision)
  }

  async current(): Promise<number> {
    return Number(await this.storage.currentResourceVersion())
  }

  async done(): Promise<void> {
    for (const abort of this.#aborts) abort.abort()
    await this.storage.close()
  }
}

/** A token that goes on behind `start`, a path below /pods/, which may end with NUL. */
export const tokenAt = (start: string, revision: number): string => encodeContinue(start, '', revision)

export const paths = (items: readonly StoredItem[]): string[] =>
  items.map(({ object: { metadata } }) => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`)

export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => ({ fulfilled: true }) as const,
    (reason: unknown) => ({ reason }),
  )
  if ('fulfilled' in outcome) assert.fail('an error is due')
  return outcome.reason
}

export async function storageFailure(promise: Promise<unknown>, code: StorageErrorCode): Promise<StorageError> {
  const error = await rejection(promise)
  assert.ok(error instanceof StorageError, `StorageError ${code} is due, not ${String(error)}`)
  assert.equal(error.code, code)
  return error
}

export async function statusFailure(promise: Promise<unknown>, code: number, message?: RegExp): Promise<StatusError> {
  const error = await rejection(promise)
  assert.ok(error instanceof StatusError, `Status ${String(code)} is due, not ${String(error)}`)
  assert.equal(error.code, code, error.message)
  if (message) assert.match(error.message, message)
  return error
}

/** 504 with the cause that clients look for. */
export async function tooLarge(promise: Promise<unknown>): Promise<void> {
  const error = await statusFailure(promise, 504, /^Timeout: Too large resource version: \d+, current: \d+$/)
  assert.equal(error.reason, 'Timeout')
  assert.equal(error.status.details?.causes?.[0]?.reason, 'ResourceVersionTooLarge')
}
