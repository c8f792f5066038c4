import type { NamespacedName } from '../client/resource-kind.ts'
import type { Logger } from './logger.ts'

/** What is to happen after a reconciliation that went well. */
export interface ReconcileResult {
  /** Look at the object again after this many milliseconds, also if nothing changes. */
  readonly requeueAfterMs?: number
  /** Of that next look. Default: the priority of this one. */
  readonly priority?: number
}

/** What a call may want to know beside its request. */
export interface ReconcileContext {
  /** Each of its lines names the controller, the object and the call. */
  readonly logger: Logger
  /** A UUID of this call; every line of its log has it. */
  readonly reconcileID: string
  /** The W3C trace of this call: what its client writes is part of it. */
  readonly traceparent: string
  /** The trace in which the object was written, where it says so in its `traceAnnotation`. */
  readonly causedBy?: string
  /** With which the request was queued: below zero for objects that were there at the start. */
  readonly priority: number
}

/**
 * Brings the world nearer to what one object asks for. Only the object's name is given: read it, compare, act, and do
 * nothing when nothing is to be done. An object that is not there any more was deleted.
 *
 * A call that throws is repeated after a while, each time later; {@link TerminalError} is not. `signal` aborts when the
 * process is to stop or the call takes too long. Source: controller-runtime pkg/reconcile.
 */
export abstract class Reconciler {
  abstract reconcile(
    request: NamespacedName,
    signal: AbortSignal,
    context: ReconcileContext,
  ): Promise<ReconcileResult | undefined> | Promise<ReconcileResult> | Promise<void>
}

/** A failure that trying again cannot mend: the object is not looked at again until it changes. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError'
}
