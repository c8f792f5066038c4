import { randomUUID } from 'node:crypto'
import type { NamespacedName } from '../client/resource-kind.ts'
import { inTrace, newTraceparent, traceIdOf } from '../client/trace-context.ts'
import { CallSignal } from './call-signal.ts'
import { ControllerError } from './controller-error.ts'
import type { ReconcileObserver, ReconcileOutcome } from './controller-metrics.ts'
import { withFields, type Logger } from './logger.ts'
import { TerminalError, type ReconcileContext, type ReconcileResult, type Reconciler } from './reconciler.ts'
import type { WorkQueue } from './work-queue.ts'

interface ReconcileWorkerOptions {
  readonly logger: Logger
  /** What every line of the log says about the controller. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Under which the lines say which object it is; none where a controller is for no kind. */
  readonly kind: string | undefined
  readonly timeoutMs: number | undefined
  /** The trace in which the object was written, as far as that is known. */
  readonly causeOf: (request: NamespacedName) => string | undefined
  readonly observer: ReconcileObserver | undefined
}

/** Takes requests from a queue, one after the other, and decides when each is to be seen again. Source: controller-runtime internal/controller. */
export class ReconcileWorker {
  readonly #reconciler: Reconciler
  readonly #queue: WorkQueue<NamespacedName>
  readonly #options: ReconcileWorkerOptions

  constructor(reconciler: Reconciler, queue: WorkQueue<NamespacedName>, options: ReconcileWorkerOptions) {
    this.#reconciler = reconciler
    this.#queue = queue
    this.#options = options
  }

  /**
   * Until the signal aborts and the queue is empty: as in Go, what is ready by then is still reconciled, by calls that
   * see an aborted signal. Where the leadership was lost, nothing is begun any more.
   */
  async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => this.#queue.shutDown()
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    for (let request = await this.#queue.get(); request !== undefined; request = await this.#queue.get()) {
      if (!(signal.reason instanceof ControllerError)) await this.#reconcile(request, signal)
      this.#queue.done(request)
    }
    signal.removeEventListener('abort', stop)
  }

  async #reconcile(request: NamespacedName, signal: AbortSignal): Promise<void> {
    const { timeoutMs, observer } = this.#options
    const call = new CallSignal(signal, timeoutMs, 'reconciliation')
    const startedAt = performance.now()
    observer?.started()
    let outcome: ReconcileOutcome = 'error'
    const reconcileID = randomUUID()
    const priority = this.#queue.priorityOf(request)
    const causedBy = this.#options.causeOf(request)
    const traceparent = newTraceparent(causedBy)
    const logger = this.#loggerFor(request, {
      reconcileID,
      traceID: traceIdOf(traceparent),
      ...(causedBy ? { causedBy } : {}),
    })
    const context = { logger, reconcileID, priority, traceparent, ...(causedBy ? { causedBy } : {}) }
    try {
      const result = await inTrace(traceparent, () => this.#reconciler.reconcile(request, call.signal, context))
      outcome = this.#settle(request, priority, result ?? {})
    } catch (thrown) {
      this.#fail(request, signal, { logger, priority }, thrown)
    } finally {
      call.close()
      if (call.timedOut) observer?.timedOut()
      observer?.ended(outcome, (performance.now() - startedAt) / 1000)
    }
  }

  #loggerFor(request: NamespacedName, more: Readonly<Record<string, unknown>>): Logger {
    const { logger, fields, kind } = this.#options
    return withFields(logger, { ...fields, ...(kind ? { [kind]: request } : {}), ...request, ...more })
  }

  #settle(request: NamespacedName, was: number, result: ReconcileResult): ReconcileOutcome {
    const { requeueAfterMs = 0, priority = was } = result
    this.#queue.forget(request)
    if (requeueAfterMs <= 0) return 'success'
    this.#queue.addAfter(request, requeueAfterMs, { priority })
    return 'requeue_after'
  }

  #fail(
    request: NamespacedName,
    signal: AbortSignal,
    { logger, priority }: Pick<ReconcileContext, 'logger' | 'priority'>,
    thrown: unknown,
  ): void {
    const { observer } = this.#options
    const err = thrown instanceof Error ? thrown : new Error(`panic: ${String(thrown)} [recovered]`)
    if (err !== thrown) observer?.panicked()
    if (err instanceof TerminalError) {
      observer?.terminalError()
      logger.error({ err }, 'Reconciler error, not to be tried again')
      return
    }
    if (signal.aborted) logger.debug({ err }, 'Reconciler was stopped')
    else logger.error({ err }, 'Reconciler error')
    this.#queue.addRateLimited(request, { priority })
  }
}
