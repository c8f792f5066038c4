import assert from 'node:assert/strict'
import type { WatchEvent, WatchStream } from '../storage.ts'
import type { StoredItem } from '../stored-item.ts'
import { within } from './backend-case.ts'

type Change = Extract<WatchEvent, { item: StoredItem }>
type Bookmark = Extract<WatchEvent, { type: 'BOOKMARK' }>

const quietMilliseconds = 150

/** Reads a watch of a Storage event by event. */
export class StreamReader {
  readonly #stream: WatchStream
  readonly #batches: AsyncIterator<readonly WatchEvent[]>
  #events: WatchEvent[] = []
  #reading: Promise<void> | undefined
  #ended = false

  constructor(stream: WatchStream) {
    this.#stream = stream
    this.#batches = stream[Symbol.asyncIterator]()
  }

  /** The next event; undefined at the stream's end. */
  async next(): Promise<WatchEvent | undefined> {
    while (this.#events.length === 0 && !this.#ended) await within(this.#read(), 'an event')
    return this.#events.shift()
  }

  /** The next change; it may not be anything else, but for bookmarks, which are left out. */
  async change(): Promise<Change> {
    for (;;) {
      const event = await this.next()
      assert.ok(event, 'the stream has ended')
      if (event.type === 'ERROR') throw event.error
      if (event.type !== 'BOOKMARK') return event
      assert.ok(!event.initialEventsEnd, 'no end of initial events is due')
    }
  }

  /** The next changes as `ADDED namespace/name`. */
  async changes(count: number): Promise<string[]> {
    const changes: string[] = []
    while (changes.length < count) changes.push(text(await this.change()))
    return changes
  }

  async bookmark(): Promise<Bookmark> {
    const event = await this.next()
    assert.ok(event?.type === 'BOOKMARK', `a bookmark is due, not ${event ? event.type : 'the end'}`)
    return event
  }

  async error(): Promise<Error> {
    const event = await this.next()
    assert.ok(event?.type === 'ERROR', `an ERROR is due, not ${event ? event.type : 'the end'}`)
    return event.error
  }

  /** Nothing comes for a while; bookmarks do not count. */
  async quiet(milliseconds = quietMilliseconds): Promise<void> {
    const until = Date.now() + milliseconds
    while (Date.now() < until) {
      const event = this.#events.shift()
      if (event && event.type !== 'BOOKMARK')
        assert.fail(`nothing is due, not ${event.type === 'ERROR' ? event.error.message : text(event)}`)
      if (this.#ended) return
      await Promise.race([this.#read(), new Promise((resolve) => setTimeout(resolve, until - Date.now()))])
    }
  }

  /** What is left until the stream's end. */
  async rest(): Promise<WatchEvent[]> {
    const events: WatchEvent[] = []
    for (let event = await this.next(); event; event = await this.next()) events.push(event)
    return events
  }

  get over(): AbortSignal | undefined {
    return this.#stream.over
  }

  close(): void {
    this.#stream.close()
  }

  #read(): Promise<void> {
    return (this.#reading ??= this.#batches.next().then(({ done, value }) => {
      this.#reading = undefined
      if (done) this.#ended = true
      else this.#events.push(...value)
    }))
  }
}

export function text({ type, item }: Change): string {
  const { namespace = '', name = '' } = item.object.metadata
  return `${type} ${namespace}/${name}`
}
