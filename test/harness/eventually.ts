import { setTimeout as sleep } from 'node:timers/promises'

/** Asks again and again until the answer is true; throws with `what` after `timeoutMs`. */
export async function eventually(what: string, ask: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`not within ${String(timeoutMs)} ms: ${what}`)
    await sleep(100)
  }
}
