import type { Socket } from 'node:net'

/** Another process that listens in the place of this one, and hands it some of the connections. */
export interface Listener {
  /** `take` is given connections from now on. Resolves to the port; rejects when it is taken. */
  listen(take: (connection: Socket) => void): Promise<number>
  /** Resolves when no connection comes any more. */
  close(): Promise<void>
}
