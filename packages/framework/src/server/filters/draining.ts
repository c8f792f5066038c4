import { setTimeout as sleep } from 'node:timers/promises'
import { writeError } from '../../endpoints/write-error.ts'
import { StatusError } from '../../meta/status.ts'
import type { Filter, ServedContext } from '../request-state.ts'
import { isProbe } from './probes.ts'

export interface DrainingOptions {
  /** For what is no watch. */
  readonly limitMs: number
  /** Over how long the ends of watches are spread; 0: all end at once. */
  readonly watchGraceMs?: number
}

/** No slower than this, whatever the time that there is. Source: server/genericapiserver.go. */
const minEndsPerSecond = 200
const stepMs = 50
/** For a watch to say that it ends. */
const lastWordsMs = 1000

/** The requests under way: counted, so that a stop can wait for them. Source: server/filters/waitgroup.go. */
export class Draining {
  readonly #longRunning = new Set<ServedContext>()
  #underWay = 0
  #stopping = false
  #changed: (() => void) | undefined

  readonly filter: Filter = async (ctx, next) => {
    const { exchange } = ctx.state
    const { context, response } = exchange
    if (this.#stopping && !isProbe(context.info.path)) {
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
      else this.#underWay--
      this.#changed?.()
    }
  }

  /** Refuses what comes, ends watches and waits for everything else, so long at most. */
  async stop({ limitMs, watchGraceMs = 0 }: DrainingOptions): Promise<void> {
    this.#stopping = true
    await Promise.all([
      this.#until(() => this.#underWay === 0, limitMs),
      this.#endWatches(watchGraceMs).then(() => this.#until(() => this.#longRunning.size === 0, lastWordsMs)),
    ])
  }

  /** Ends those watches and streams that are meant; their clients come back. */
  endSome(isMeant: (context: ServedContext) => boolean): void {
    for (const context of this.#longRunning) if (isMeant(context)) context.abort(new Error('the server was reloaded'))
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    return this.#until(() => this.#underWay === 0 && this.#longRunning.size === 0)
  }

  /** One after the other, so that those who watch do not all come back to another server at once. */
  async #endWatches(graceMs: number): Promise<void> {
    const watches = [...this.#longRunning]
    const perSecond = graceMs > 0 ? Math.max(minEndsPerSecond, (watches.length * 1000) / graceMs) : Infinity
    const atOnce = Math.ceil((perSecond * stepMs) / 1000)
    for (let i = 0; i < watches.length; i += atOnce) {
      for (const context of watches.slice(i, i + atOnce)) context.abort(new Error('the server is shutting down'))
      if (i + atOnce < watches.length) await sleep(stepMs)
    }
  }

  async #until(done: () => boolean, limitMs?: number): Promise<void> {
    if (done()) return
    await new Promise<void>((resolve) => {
      const timer = limitMs === undefined ? undefined : setTimeout(resolve, limitMs)
      const before = this.#changed
      this.#changed = () => {
        before?.()
        if (!done()) return
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
