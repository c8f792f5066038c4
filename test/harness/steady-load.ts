/** Requests without a pause, some at a time, until they are told to stop. */
export class SteadyLoad {
  readonly #workers: readonly Promise<void>[]
  readonly #problems: string[] = []
  #sent = 0
  #stopping = false

  /** `send` makes one request; it throws, or answers with what is wrong. */
  constructor(atOnce: number, send: (n: number) => Promise<string | undefined>) {
    this.#workers = Array.from({ length: atOnce }, async () => {
      while (!this.#stopping) {
        const problem = await send(this.#sent++).catch((error: unknown) => String(error))
        if (problem !== undefined) this.#problems.push(`${new Date().toISOString()} ${problem}`)
      }
    })
  }

  /** So far. */
  get problems(): readonly string[] {
    return this.#problems
  }

  get sent(): number {
    return this.#sent
  }

  /** Waits for the last answers; what went wrong. */
  async stop(): Promise<readonly string[]> {
    this.#stopping = true
    await Promise.all(this.#workers)
    return this.#problems
  }
}
