import { setTimeout as sleep } from 'node:timers/promises'
import {
  collectionPath,
  flunderOf,
  itemOf,
  keys,
  namespaces,
  pathOf,
  selectorOf,
  shards,
  type Flunder,
} from './flunders.ts'
import type { ListRead, Operation, Outcome, Scope } from './history.ts'
import type { Answer, HttpsClient } from './https-client.ts'
import type { Random } from './random.ts'

interface FlunderList {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string }
  readonly items: readonly Flunder[]
}

/** Longest pause between two requests. */
const maxPauseMs = 20
const pageSize = 3

/** A client that writes, reads and lists at random, and remembers what it was told. */
export class Writer {
  readonly operations: Operation[] = []
  readonly lists: ListRead[] = []
  readonly #client: HttpsClient
  readonly #random: Random
  readonly #name: string
  /** Revisions that this client believes in; sometimes they are old. */
  readonly #believed = new Map<string, number>()
  #latest = 0
  #count = 0

  constructor(name: string, client: HttpsClient, random: Random) {
    this.#name = name
    this.#client = client
    this.#random = random
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#step()
      await sleep(this.#random.integer(0, maxPauseMs))
    }
  }

  async #step(): Promise<void> {
    const random = this.#random
    const key = random.pick(keys)
    const believed = this.#believed.get(key)
    const kind = random.next()
    if (kind < 0.15) await this.#list()
    else if (kind < 0.35) await this.#get(key)
    else if (believed === undefined) await this.#write('create', key)
    else await this.#write(random.chance(0.25) ? 'delete' : random.chance(0.1) ? 'create' : 'update', key, believed)
  }

  async #get(key: string): Promise<void> {
    const startMs = performance.now()
    const answer = await this.#client.send('GET', pathOf(key))
    const shared = { action: 'get' as const, key, startMs, endMs: performance.now() }
    const outcome = outcomeOf(answer)
    if (outcome !== 'done' || !answer) {
      this.operations.push({ ...shared, outcome })
      if (outcome === 'absent') this.#believed.delete(key)
      return
    }
    const { revision, state } = itemOf(answer.body as Flunder)
    this.operations.push({ ...shared, outcome, revision, state })
    this.#believe(key, revision)
  }

  async #write(action: 'create' | 'update' | 'delete', key: string, believed?: number): Promise<void> {
    const value = `${this.#name}-${String(this.#count++)}`
    const state = { value, shard: this.#random.pick(shards) }
    const startMs = performance.now()
    const answer = await this.#request(
      action,
      key,
      flunderOf(key, state, action === 'update' ? String(believed) : undefined),
      believed,
    )
    const outcome = outcomeOf(answer)
    const done = outcome === 'done' && action !== 'delete' && answer
    const revision = done ? itemOf(answer.body as Flunder).revision : undefined
    this.operations.push({
      action,
      key,
      startMs,
      endMs: performance.now(),
      outcome,
      ...(action === 'create' ? {} : { expected: believed }),
      ...(action === 'delete' ? {} : { state }),
      ...(revision === undefined ? {} : { revision }),
    })
    if (revision !== undefined) this.#believe(key, revision)
    else if (outcome === 'done' || outcome === 'absent') this.#believed.delete(key)
    // Others have changed it: the next to look is told how.
    else if (outcome === 'conflict') await this.#get(key)
  }

  #request(
    action: 'create' | 'update' | 'delete',
    key: string,
    flunder: unknown,
    believed?: number,
  ): Promise<Answer | undefined> {
    const [namespace = ''] = key.split('/')
    if (action === 'create') return this.#client.send('POST', collectionPath({ namespace }), flunder)
    if (action === 'update') return this.#client.send('PUT', pathOf(key), flunder)
    return this.#client.send('DELETE', pathOf(key), { preconditions: { resourceVersion: String(believed) } })
  }

  /** All of a scope, now or at an earlier revision, at once or in pages. */
  async #list(): Promise<void> {
    const random = this.#random
    const scope: Scope = {
      ...(random.chance(0.5) ? { namespace: random.pick(namespaces) } : {}),
      ...(random.chance(0.3) ? { shard: random.pick(shards) } : {}),
    }
    const exact = random.chance(0.3) && this.#latest > 0 ? this.#latest : undefined
    const query = new URLSearchParams(selectorOf(scope))
    if (random.chance(0.5)) query.set('limit', String(pageSize))
    if (exact !== undefined) {
      query.set('resourceVersion', String(exact))
      query.set('resourceVersionMatch', 'Exact')
    }
    const startMs = performance.now()
    const lists: FlunderList[] = []
    for (let token: string | undefined = ''; token !== undefined;) {
      const answer = await this.#client.send('GET', `${collectionPath(scope)}?${query.toString()}`)
      // Cut off, or too old by now
      if (answer?.code !== 200) return
      const list = answer.body as FlunderList
      lists.push(list)
      token = list.metadata.continue || undefined
      query.delete('resourceVersion')
      query.delete('resourceVersionMatch')
      if (token) query.set('continue', token)
      if (random.chance(0.3)) await sleep(random.integer(0, 50))
    }
    const revisions = lists.map(({ metadata }) => Number(metadata.resourceVersion))
    const items = lists.flatMap((list) => list.items.map(itemOf))
    this.lists.push({ scope, exact, startMs, endMs: performance.now(), revisions, items })
    this.#latest = Math.max(this.#latest, ...revisions)
  }

  #believe(key: string, revision: number): void {
    this.#believed.set(key, revision)
    this.#latest = Math.max(this.#latest, revision)
  }
}

function outcomeOf(answer: Answer | undefined): Outcome {
  switch (answer?.code) {
    case 200:
    case 201:
      return 'done'
    case 404:
      return 'absent'
    case 409:
      return 'conflict'
    // None at all, or one of a server that is about to stop, waits for its store, or reads its cache anew as its history was compacted
    case undefined:
    case 429:
    case 500:
    case 503:
    case 504:
      return 'unknown'
    default:
      throw new Error(`a request was answered ${JSON.stringify(answer)}`)
  }
}
