import { setImmediate as turn } from 'node:timers/promises'
import type { ItemEvent } from '../item-event.ts'
import type { CacheWatcher } from './cache-watcher.ts'
import { TimeBudget } from './time-budget.ts'

/** The watchers that follow live, by the place they look at, so that an event costs nothing to those it is not for. */
export class LiveWatchers {
  readonly #scopes = new Map<string, Set<CacheWatcher>>()
  readonly #budget = new TimeBudget()
  readonly #terminated: (() => void) | undefined

  /** `terminated` is told of each watcher that is cut off. */
  constructor(terminated?: () => void) {
    this.#terminated = terminated
  }

  add(watcher: CacheWatcher): void {
    const { prefix } = watcher.scope
    const scope = this.#scopes.get(prefix)
    if (scope) scope.add(watcher)
    else this.#scopes.set(prefix, new Set([watcher]))
  }

  delete(watcher: CacheWatcher): void {
    const { prefix } = watcher.scope
    const scope = this.#scopes.get(prefix)
    if (scope?.delete(watcher) && scope.size === 0) this.#scopes.delete(prefix)
  }

  /**
   * Gives an event to all it is for. Undefined, or, when some have no room for another event, a promise for the time in which these may
   * make room: who does not is cut off, so that the others need not wait. Source: storage/cacher/cacher.go dispatchEvent.
   */
  dispatch(event: ItemEvent): Promise<void> | undefined {
    const full: CacheWatcher[] = []
    const { key } = event
    this.#offer(key, event, full)
    for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1))
      this.#offer(key.slice(0, slash + 1), event, full)
    return full.length ? this.#wait(full) : undefined
  }

  #offer(scope: string, event: ItemEvent, full: CacheWatcher[]): void {
    for (const watcher of this.#scopes.get(scope) ?? []) {
      watcher.offer(event)
      if (watcher.full) full.push(watcher)
    }
  }

  async #wait(full: readonly CacheWatcher[]): Promise<void> {
    const budgetMs = this.#budget.take()
    const begin = performance.now()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, budgetMs)
    })
    await Promise.race([Promise.all(full.map((watcher) => watcher.drained())), late])
    clearTimeout(timer)
    // Whoever was only waiting for this thread reads now
    await turn()
    for (const watcher of full)
      if (watcher.stalled) {
        watcher.end()
        this.#terminated?.()
      }
    this.#budget.giveBack(budgetMs - (performance.now() - begin))
  }
}
