import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'

/**
 * Where an object may say with which trace it was written: who writes it for a controller to see puts
 * {@link currentTraceparent} there, and the reconciliation that follows is linked to it.
 */
export const traceAnnotation = 'apiserver-kit/traceparent'

/** A piece of work, for who keeps traces. */
export interface Span {
  /** Hex, as in a `traceparent`. */
  readonly traceId: string
  readonly spanId: string
  /** '' where it is the first of its trace. */
  readonly parentSpanId: string
  readonly name: string
  readonly kind: 'internal' | 'server' | 'client'
  /** Milliseconds since the epoch, with fractions. */
  readonly startMs: number
  readonly endMs: number
  readonly attributes: SpanAttributes
  /** What went wrong. */
  readonly error?: string
  /** Another trace that this has to do with. */
  readonly link?: { readonly traceId: string; readonly spanId: string }
}
export type SpanAttributes = Readonly<Record<string, string | number>>

/** Gets the spans of one server's traces when they have ended. */
export interface SpanRecorder {
  record(span: Span): void
}

interface Trace {
  readonly traceparent: string
  readonly recorder: SpanRecorder | undefined
}

const current = new AsyncLocalStorage<Trace>()
const pattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** The trace that this code runs in, as a W3C `traceparent`: requests of a Client tell it to the server. */
export const currentTraceparent = (): string | undefined => current.getStore()?.traceparent

/** Runs the function, and all that it waits for, in a trace. `recorder` gets the spans within it, where the trace is sampled. */
export const inTrace = <R>(traceparent: string, run: () => R, recorder?: SpanRecorder): R =>
  current.run({ traceparent, recorder }, run)

/** The part of a `traceparent` that all of one trace have in common; undefined for what is none. */
export const traceIdOf = (traceparent: string | undefined): string | undefined => pattern.exec(traceparent ?? '')?.[1]

/** A trace of its own. It is recorded where what caused it was: to ask for more is not a client's to do. */
export function newTraceparent(cause?: string): string {
  const flags = pattern.exec(cause ?? '')?.[3] ?? '00'
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-${flags}`
}

/** The header of one request: a span of its own in the trace. Nothing outside of one. */
export function traceHeader(): { traceparent?: string } {
  const trace = current.getStore()
  // Who keeps spans has made one for the request already.
  if (trace?.recorder) return { traceparent: trace.traceparent }
  const [, traceId, , flags] = pattern.exec(trace?.traceparent ?? '') ?? []
  if (!traceId || !flags) return {}
  return { traceparent: `00-${traceId}-${newSpanId()}-${flags}` }
}

/** The parts of a `traceparent`; undefined for what is none. Source: W3C Trace Context §3.2. */
export function parseTraceparent(
  text: string | undefined,
): { readonly traceId: string; readonly spanId: string; readonly sampled: boolean } | undefined {
  const [, traceId, spanId, flags] = pattern.exec(text ?? '') ?? []
  if (!traceId || !spanId || !flags || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, sampled: (parseInt(flags, 16) & 1) === 1 }
}

export const newSpanId = (): string => randomBytes(8).toString('hex')

/** Milliseconds since the epoch, with fractions. */
export const spanTime = (): number => performance.timeOrigin + performance.now()

export interface SpanStart {
  readonly kind?: Span['kind']
  readonly attributes?: SpanAttributes
}

/** Runs the function as a span of the current trace; outside of one that somebody keeps it only runs it. */
export function inSpan<R>(name: string, run: () => Promise<R>, start: SpanStart = {}): Promise<R> {
  const trace = current.getStore()
  return trace?.recorder ? recorded(trace.recorder, trace.traceparent, name, run, start) : run()
}

async function recorded<R>(
  recorder: SpanRecorder,
  traceparent: string,
  name: string,
  run: () => Promise<R>,
  { kind = 'internal', attributes = {} }: SpanStart,
): Promise<R> {
  const parent = parseTraceparent(traceparent)
  if (!parent?.sampled) return run()
  const { traceId, spanId: parentSpanId } = parent
  const [spanId, startMs] = [newSpanId(), spanTime()]
  const end = (error?: unknown): void => {
    const failure = error === undefined ? {} : { error: error instanceof Error ? error.message : 'failed' }
    recorder.record({ traceId, spanId, parentSpanId, name, kind, startMs, endMs: spanTime(), attributes, ...failure })
  }
  try {
    const result = await inTrace(`00-${traceId}-${spanId}-01`, run, recorder)
    end()
    return result
  } catch (error) {
    end(error)
    throw error
  }
}
