import { StatusError } from '../../meta/status.ts'
import { writeError } from '../../endpoints/write-error.ts'
import type { Filter, ServedContext } from '../request-state.ts'

/** The requests under way: counted, so that a stop can wait for them. Source: server/filters/waitgroup.go. */
export class Draining {
  readonly #longRunning = new Set<ServedContext>()
  #underWay = 0
  #stopping = false
  #idle: (() => void) | undefined

  readonly filter: Filter = async (ctx, next) => {
    const { exchange } = ctx.state
    const { context, response } = exchange
    if (this.#stopping) {
      response.setHeader('retry-after', '1')
      writeError(exchange, StatusError.serviceUnavailable('apiserver is shutting down'))
      return
    }
    const long = context.longRunning
    if (long) this.#longRunning.add(context)
    else this.#underWay++
    try {
      await next()
    } finally {
      if (long) this.#longRunning.delete(context)
      else if (--this.#underWay === 0) this.#idle?.()
    }
  }

  /** Ends watches and waits for everything else, so long at most. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping = true
    for (const context of this.#longRunning) context.abort(new Error('the server is shutting down'))
    if (this.#underWay === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs)
      this.#idle = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
