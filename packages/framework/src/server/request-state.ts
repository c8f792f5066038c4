import type { Middleware } from 'koa'
import type { Exchange, ExchangeContext, ExchangeObserver, WatchObserver } from '../endpoints/exchange.ts'
import type { RequestContext, UserInfo } from '../request/context.ts'
import type { RequestInfo } from '../request/request-info.ts'
import { ResponseWarnings } from '../request/warnings.ts'

/** What the filters of one server know of one request; the handlers see it as their Exchange. */
export interface RequestState {
  exchange: Exchange & { readonly context: ServedContext; observer?: ExchangeObserver; events?: WatchObserver }
}
export type Filter = Middleware<RequestState>

const nobody: UserInfo = { name: '', uid: '', groups: [], extra: {} }

/** The context of a request under way. The filters fill it, in the order of the chain. */
export class ServedContext implements ExchangeContext {
  readonly info: RequestInfo
  readonly auditId: string
  readonly warnings = new ResponseWarnings()
  /** A watch, a stream or a connection: it has no deadline and does not count as a request in flight. */
  readonly longRunning: boolean
  user: UserInfo = nobody
  /** Who really sent the request, where `user` is somebody else. */
  impersonator: UserInfo | undefined
  /** The verb of the narrow right by which; '' where there is none. */
  impersonationConstraint = ''
  /** Adds to the audit event, where there is one. */
  annotate: NonNullable<RequestContext['annotate']> = () => undefined
  #controller: AbortController | undefined
  #reason: unknown
  readonly #onAborted: (() => void)[] = []
  #isClosed = false
  #onClosed: (() => void) | undefined

  constructor(info: RequestInfo, auditId: string, longRunning = info.verb === 'watch') {
    this.info = info
    this.auditId = auditId
    this.longRunning = longRunning
  }

  get namespace(): string {
    return this.info.namespace
  }

  /** Made when somebody first asks: most requests end without anybody waiting for their abortion. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = (this.#controller = new AbortController())
      this.onAbort(() => {
        controller.abort(this.#reason)
      })
    }
    return this.#controller.signal
  }

  get isAborted(): boolean {
    return this.#reason !== undefined
  }

  onAbort(listener: () => void): void {
    if (this.isAborted) listener()
    else this.#onAborted.push(listener)
  }

  /** Resolves when nothing more is written to the client, and nothing more read. */
  get closed(): Promise<void> {
    return this.#isClosed ? Promise.resolve() : new Promise((resolve) => (this.#onClosed = resolve))
  }

  close(): void {
    this.#isClosed = true
    this.#onClosed?.()
  }

  abort(reason: Error): void {
    if (this.isAborted) return
    this.#reason = reason
    for (const listener of this.#onAborted) listener()
  }
}
