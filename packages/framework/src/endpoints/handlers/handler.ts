import type { Exchange } from '../exchange.ts'
import type { RequestScope } from '../scope.ts'

/** Serves one verb of one endpoint. What it throws is answered as a Status. */
export type Handler = (scope: RequestScope, exchange: Exchange) => Promise<void>
