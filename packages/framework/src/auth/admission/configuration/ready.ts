import { setTimeout as sleep } from 'node:timers/promises'

/** How long a request waits for the first list of anything. */
const waitMs = 10_000
const pollMs = 25

/** Waits a while for what is read from the cluster; false: it is not there yet, and nobody can say anything. */
export async function becomesReady(isReady: () => boolean, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + waitMs
  while (!isReady()) {
    if (performance.now() > deadline) return false
    await sleep(pollMs, undefined, { signal })
  }
  return true
}
