import { executionAsyncResource } from 'node:async_hooks'

let kept: object | undefined

/**
 * Keeps one of the objects that process.nextTick makes. V8 lets a hidden class go with the last object of it, as in a collection while nothing is under
 * way; Node 20's literal with computed names is never fast again after that: 0.38 instead of 0.07 µs for each tick, of which an answer takes fourteen.
 */
export function keepTickShape(): void {
  if (kept !== undefined) return
  process.nextTick(() => {
    kept = executionAsyncResource()
  })
}
