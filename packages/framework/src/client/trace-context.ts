import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'

/**
 * Where an object may say with which trace it was written: who writes it for a controller to see puts
 * {@link currentTraceparent} there, and the reconciliation that follows is linked to it.
 */
export const traceAnnotation = 'apiserver-kit/traceparent'

const current = new AsyncLocalStorage<string>()
const pattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** The trace that this code runs in, as a W3C `traceparent`: requests of a Client tell it to the server. */
export const currentTraceparent = (): string | undefined => current.getStore()

/** Runs the function, and all that it waits for, in a trace. */
export const inTrace = <R>(traceparent: string, run: () => R): R => current.run(traceparent, run)

/** The part of a `traceparent` that all of one trace have in common; undefined for what is none. */
export const traceIdOf = (traceparent: string | undefined): string | undefined => pattern.exec(traceparent ?? '')?.[1]

/** A trace of its own. It is recorded where what caused it was: to ask for more is not a client's to do. */
export function newTraceparent(cause?: string): string {
  const flags = pattern.exec(cause ?? '')?.[3] ?? '00'
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-${flags}`
}

/** The header of one request: a span of its own in the trace. Nothing outside of one. */
export function traceHeader(): { traceparent?: string } {
  const [, traceId, , flags] = pattern.exec(current.getStore() ?? '') ?? []
  if (!traceId || !flags) return {}
  return { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-${flags}` }
}
