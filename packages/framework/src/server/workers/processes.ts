import type { Registry } from 'prom-client'
import type { BackendGroup } from '../../storage/backend.ts'
import type { Listener } from '../serving/listener.ts'

/** What a process knows of the others of the same server. */
export interface Processes {
  /** Of those that serve, the one that does what is to be done once. */
  readonly leads: boolean
  /** The process that listens for this one. */
  readonly listener?: Listener
  /** Of the server's stores, by their order. */
  backendGroup(store: number): BackendGroup
}

/** The metrics of all processes of a server, of which any may be asked. */
export interface GatheredMetrics {
  gather(): Promise<Registry>
  reset(): void
}
