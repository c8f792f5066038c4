import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../client/client.ts'
import { isAlreadyExists, isNotFound } from '../client/error-kinds.ts'
import type { ResourceClient } from '../client/resource-client.ts'
import type { ResourceKind } from '../client/resource-kind.ts'
import type { KubeObject } from '../meta/object.ts'
import { StatusError } from '../meta/status.ts'
import { rfc3339Micro } from '../meta/time.ts'

/** What happened to an object, for people to read. */
export interface RecordedEvent {
  /** Default `Normal`. */
  readonly type?: 'Normal' | 'Warning'
  /** Why, in one word, such as `ScaledUp`; at most 128 characters. */
  readonly reason: string
  /** What was done or tried, such as `Scaling`; at most 128 characters. */
  readonly action: string
  /** A sentence; cut at 1024 bytes. */
  readonly note?: string
  /** Another object that has to do with it. */
  readonly related?: KubeObject
}

interface ObjectReference {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
  readonly name?: string
  readonly uid?: string
  readonly resourceVersion?: string
}

/** events.k8s.io/v1 Event */
interface EventObject extends KubeObject {
  readonly eventTime: string
  readonly type: string
  readonly reason: string
  readonly action: string
  readonly note?: string
  readonly regarding: ObjectReference
  readonly related?: ObjectReference
  readonly reportingController: string
  readonly reportingInstance: string
  series?: { count: number; lastObservedTime: string }
}

interface Series {
  readonly event: EventObject
  lastSeenAt: number
  lastSentAt: number
  sentCount: number
}

/** Limits and clock of an EventRecorder. */
export interface EventRecorderOptions {
  /** Told of events that could not be written. */
  readonly onError?: (error: unknown) => void
  /** Between two tries to reach the server. Default 10 s. */
  readonly retryMs?: number
}

const Event: ResourceKind<EventObject> = { group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events' }
/** Source of the numbers: client-go tools/events/event_broadcaster.go. */
const maxQueued = 1000
const maxTries = 12
const refreshMs = 30 * 60_000
const finishMs = 6 * 60_000
const sweepMs = 60_000

/**
 * Writes events (events.k8s.io/v1) in the background. To record one never waits, never fails and may lose it. The same
 * event again becomes a series with a count. Source: client-go tools/events.
 */
export class EventRecorder {
  readonly #events: ResourceClient<EventObject>
  readonly #controller: string
  readonly #instance: string
  readonly #options: EventRecorderOptions
  readonly #series = new Map<string, Series>()
  readonly #queue: Series[] = []
  readonly #closed = new AbortController()
  readonly #sweeper: NodeJS.Timeout
  #working: Promise<void> | undefined

  /** `controller` is the name that `kubectl describe` shows, such as `example.com/flunder-controller`. */
  constructor(client: Client, controller: string, options: EventRecorderOptions = {}) {
    this.#events = client.resource(Event)
    this.#controller = controller
    this.#instance = `${controller}-${hostname()}`.slice(0, 128)
    this.#options = options
    this.#sweeper = setInterval(() => this.#sweep(performance.now()), sweepMs).unref()
  }

  record(regarding: KubeObject, event: RecordedEvent): void {
    if (this.#closed.signal.aborted) return
    const made = this.#make(regarding, event)
    const key = JSON.stringify([
      made.type,
      made.reason,
      made.action,
      unversioned(made.regarding),
      unversioned(made.related),
    ])
    const now = performance.now()
    const known = this.#series.get(key)
    if (!known) {
      const series = { event: made, lastSeenAt: now, lastSentAt: now, sentCount: 0 }
      this.#series.set(key, series)
      this.#send(series)
      return
    }
    const first = known.event.series === undefined
    known.lastSeenAt = now
    known.event.series = { count: (known.event.series?.count ?? 1) + 1, lastObservedTime: rfc3339Micro() }
    // Only the start of a series is told at once; how it goes on can wait.
    if (first) this.#send(known)
  }

  /** Writes what is waiting, but does not try again what fails. May be called twice. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper)
    if (!this.#closed.signal.aborted)
      for (const series of this.#series.values()) if (count(series) > series.sentCount) this.#send(series)
    this.#closed.abort()
    await this.#working
  }

  #make(regarding: KubeObject, { type = 'Normal', reason, action, note, related }: RecordedEvent): EventObject {
    const { namespace, name = '' } = regarding.metadata
    const nanoseconds = BigInt(Date.now()) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n)
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: `${name}.${nanoseconds.toString(16)}`, namespace: namespace ?? 'default' },
      eventTime: rfc3339Micro(),
      type,
      reason,
      action,
      ...(note === undefined ? {} : { note: cut(note, 1024) }),
      regarding: referenceTo(regarding),
      ...(related ? { related: referenceTo(related) } : {}),
      reportingController: this.#controller,
      reportingInstance: this.#instance,
    }
  }

  #send(series: Series): void {
    if (this.#queue.includes(series) || this.#queue.length >= maxQueued) return
    this.#queue.push(series)
    this.#working ??= this.#work().finally(() => (this.#working = undefined))
  }

  async #work(): Promise<void> {
    for (let series = this.#queue.shift(); series; series = this.#queue.shift()) await this.#deliver(series)
  }

  async #deliver(series: Series): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      if (count(series) <= series.sentCount) return
      try {
        await this.#write(series)
        return
      } catch (error) {
        // A try whose answer was lost had come through.
        if (attempt > 1 && attempt < maxTries && isAlreadyExists(error)) {
          series.sentCount = Math.max(1, series.sentCount)
          continue
        }
        // What a server answers is final; what never reached one is tried again.
        if (error instanceof StatusError || attempt >= maxTries || this.#closed.signal.aborted) {
          series.sentCount = count(series)
          this.#options.onError?.(error)
          return
        }
        const pauseMs = (this.#options.retryMs ?? 10_000) * (1 + Math.random() / 4)
        await sleep(pauseMs, undefined, { signal: this.#closed.signal, ref: false }).catch(() => undefined)
      }
    }
  }

  async #write(series: Series): Promise<void> {
    const { event } = series
    const events = this.#events.namespace(event.metadata.namespace)
    const sending = count(series)
    if (event.series && series.sentCount > 0)
      try {
        await events.patch(event.metadata.name ?? '', { series: event.series })
      } catch (error) {
        // Events do not live long on a server, and a series may.
        if (!isNotFound(error)) throw error
        await events.create(event)
      }
    else await events.create(event)
    series.sentCount = sending
    series.lastSentAt = performance.now()
  }

  /** Tells how series went on, and forgets those that have ended. */
  #sweep(now: number): void {
    for (const [key, series] of this.#series) {
      const ended = now - series.lastSeenAt >= finishMs
      if (count(series) > series.sentCount && (ended || now - series.lastSentAt >= refreshMs)) this.#send(series)
      if (ended) this.#series.delete(key)
    }
  }
}

const count = ({ event }: Series): number => event.series?.count ?? 1

function referenceTo({
  apiVersion,
  kind,
  metadata: { namespace, name, uid, resourceVersion },
}: KubeObject): ObjectReference {
  return {
    apiVersion,
    kind,
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(uid ? { uid } : {}),
    ...(resourceVersion ? { resourceVersion } : {}),
  }
}

/** The same object in another state is the same object. */
const unversioned = (reference: ObjectReference | undefined): ObjectReference | undefined =>
  reference && { ...reference, resourceVersion: '' }

/** At most so many bytes of UTF-8, whole characters only. */
function cut(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text)
  return bytes.length <= maxBytes
    ? text
    : bytes
        .subarray(0, maxBytes)
        .toString()
        .replace(/\ufffd+$/, '')
}
