import { setTimeout as sleep } from 'node:timers/promises'
import { collectionPath, itemOf, selectorOf, type Flunder } from './flunders.ts'
import type { Scope, SessionEvent, WatchSession } from './history.ts'
import type { HttpsClient } from './https-client.ts'
import type { Random } from './random.ts'

interface Line {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: Flunder & { readonly code?: number }
}

/** A client that watches, is cut off, resumes where it was, begins anew when that is too old, and is slow at times. */
export class Watcher {
  readonly sessions: WatchSession[] = []
  expired = 0
  readonly scope: Scope
  readonly #client: HttpsClient
  readonly #random: Random
  #from: number | undefined

  constructor(scope: Scope, client: HttpsClient, random: Random) {
    this.scope = scope
    this.#client = client
    this.#random = random
  }

  /** Up to here this client has seen all. */
  get reached(): number {
    return this.#from ?? 0
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#session(signal)
      await sleep(this.#random.integer(0, 100))
    }
  }

  async #session(signal: AbortSignal): Promise<void> {
    const random = this.#random
    // Beginning anew although there is no need, too
    if (random.chance(0.1)) this.#from = undefined
    const from = this.#from
    const events: SessionEvent[] = []
    const query = new URLSearchParams({ watch: '1', allowWatchBookmarks: 'true', ...selectorOf(this.scope) })
    query.set('timeoutSeconds', String(random.integer(3, 6)))
    if (from === undefined) {
      query.set('sendInitialEvents', 'true')
      query.set('resourceVersionMatch', 'NotOlderThan')
    } else query.set('resourceVersion', String(from))
    const cut = new AbortController()
    const stop = (): void => {
      cut.abort()
    }
    signal.addEventListener('abort', stop)
    const timer = random.chance(0.5) ? setTimeout(stop, random.integer(10, 3000)) : undefined
    try {
      const answer = await this.#client.open(`${collectionPath(this.scope)}?${query.toString()}`, cut.signal)
      if (answer?.statusCode !== 200) {
        answer?.resume()
        return
      }
      this.sessions.push({ scope: this.scope, from, events })
      for await (const line of linesOf(answer)) {
        const event = this.#take(JSON.parse(line) as Line)
        if (!event) return
        events.push(event)
        if (random.chance(0.002)) await sleep(random.integer(100, 1500))
      }
    } catch (error) {
      if (error instanceof SyntaxError) throw error
      // Cut off, by us or by the end of the server
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      cut.abort()
    }
  }

  #take({ type, object }: Line): SessionEvent | undefined {
    if (type === 'ERROR') {
      if (object.code !== 410) throw new Error(`a watch was told ${JSON.stringify(object)}`)
      this.expired++
      this.#from = undefined
      return undefined
    }
    const revision = Number(object.metadata.resourceVersion)
    if (type === 'BOOKMARK') {
      const initialEventsEnd = object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true'
      if (initialEventsEnd || this.#from !== undefined) this.#from = revision
      return { type, revision, initialEventsEnd }
    }
    // While the present state is told its revisions are of no order
    if (this.#from !== undefined) this.#from = revision
    return { type, ...itemOf(object) }
  }
}

async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
