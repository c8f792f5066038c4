import type { Logger } from 'pino'
import type { ResourceRegistry } from '../registry/resource-registry.ts'
import { Delegated, hasCluster } from './delegated/delegated.ts'
import type { ServerMetrics } from './metrics/server-metrics.ts'
import type { defaults, ServerFlags } from './options.ts'
import { Standalone } from './standalone/standalone.ts'
import type { Surroundings } from './surroundings.ts'

/** The cluster that the flags, or the pod, speak of; without one the server itself. Throws when a file cannot be read, or flags contradict each other. */
export function surroundingsOf(
  flags: ServerFlags & typeof defaults,
  registry: ResourceRegistry,
  log: Logger,
  metrics: ServerMetrics,
): Surroundings {
  if (!hasCluster(flags))
    return new Standalone(registry, flags, (error) => {
      log.error({ err: error }, 'an authority file cannot be used: what was there before stays')
    })
  if (flags.writeKubeconfig !== undefined)
    throw new Error(
      'only a server that stands alone has an administrator to write a kubeconfig for: use that of the cluster, or leave --write-kubeconfig away',
    )
  if (flags.tokenAuthFile !== undefined)
    throw new Error('--token-auth-file is for a server that stands alone: the cluster knows its own tokens')
  return new Delegated(flags, log, metrics)
}
