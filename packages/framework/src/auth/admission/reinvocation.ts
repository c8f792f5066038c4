import { cloneObject, type KubeObject } from '../../meta/object.ts'
import { deepEqual } from '../../util/json.ts'

/** What one write's rounds of mutation know of each other. There are two at most. Source: admission/reinvocation.go. */
export class Reinvocation {
  #again = false
  #requested = false
  readonly #invocations = new Map<string, Invocations>()

  /** This is the second round: what ran in the first runs again only where it asked to. */
  get again(): boolean {
    return this.#again
  }

  /** Somebody has changed the object: who came before has not seen it as it is. */
  request(): void {
    this.#requested = true
  }

  /** False: there is no second round. */
  begin(): boolean {
    this.#again = this.#requested
    return this.#again
  }

  /** What a plugin has called so far. */
  of(plugin: string): Invocations {
    let found = this.#invocations.get(plugin)
    if (!found) this.#invocations.set(plugin, (found = new Invocations()))
    return found
  }
}

/** Which of a plugin's hooks have run, and which must run again. Source: webhook/mutating/reinvocationcontext.go. */
export class Invocations {
  #last: KubeObject | undefined
  #invoked = new Set<string>()
  readonly #due = new Set<string>()

  /** Another plugin has changed the object since this one was done with it. */
  changedSince(object: KubeObject | undefined): boolean {
    return !deepEqual(this.#last, object)
  }

  done(object: KubeObject | undefined): void {
    this.#last = object && cloneObject(object)
  }

  isDue(key: string): boolean {
    return this.#due.has(key)
  }

  /** A hook has run that wants to see later changes. */
  invoked(key: string): void {
    this.#invoked.add(key)
  }

  /** The object has changed: whoever wants to see that runs again. */
  changed(): void {
    for (const key of this.#invoked) this.#due.add(key)
    this.#invoked = new Set()
  }
}
