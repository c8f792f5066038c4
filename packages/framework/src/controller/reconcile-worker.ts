import { randomUUID } from 'node:crypto'
import type { NamespacedName } from '../client/resource-kind.ts'
import { CallSignal } from './call-signal.ts'
import { ControllerError } from './controller-error.ts'
import type { Logger } from './logger.ts'
import { TerminalError, type ReconcileResult, type Reconciler } from './reconciler.ts'
import type { WorkQueue } from './work-queue.ts'

interface ReconcileWorkerOptions {
  readonly logger: Logger
  /** What every line of the log says about the controller. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly timeoutMs: number | undefined
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
    const call = new CallSignal(signal, this.#options.timeoutMs, 'reconciliation')
    const fields = { ...this.#options.fields, ...request, reconcileID: randomUUID() }
    try {
      const result = await this.#reconciler.reconcile(request, call.signal)
      this.#settle(request, result ?? {})
    } catch (err) {
      if (signal.aborted) this.#options.logger.debug({ ...fields, err }, 'Reconciler was stopped')
      else if (err instanceof TerminalError)
        this.#options.logger.error({ ...fields, err }, 'Reconciler error, not to be tried again')
      else {
        this.#options.logger.error({ ...fields, err }, 'Reconciler error')
        this.#queue.addRateLimited(request)
      }
    } finally {
      call.close()
    }
  }

  #settle(request: NamespacedName, { requeueAfterMs = 0 }: ReconcileResult): void {
    this.#queue.forget(request)
    if (requeueAfterMs > 0) this.#queue.addAfter(request, requeueAfterMs)
  }
}
