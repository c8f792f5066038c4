import { existsSync } from 'node:fs'
import type { Logger } from 'pino'
import type { ResourceRegistry } from '../registry/resource-registry.ts'
import type { ServerMetrics } from './metrics/server-metrics.ts'
import type { defaults, ServerFlags } from './options.ts'
import { Standalone } from './standalone/standalone.ts'
import type { Surroundings } from './surroundings.ts'

/** The cluster that the flags, or the pod, speak of; without one the server itself. Throws when a file cannot be read, or flags contradict each other. */
export async function surroundingsOf(
  flags: ServerFlags & typeof defaults,
  registry: ResourceRegistry,
  log: Logger,
  metrics: ServerMetrics,
): Promise<Surroundings> {
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
  // Not read where nobody needs it: a server that stands alone starts sooner.
  const { Delegated } = await import('./delegated/delegated.ts')
  return new Delegated(flags, log, metrics)
}

/** True when the flags name a cluster, or the process is a pod of one. */
function hasCluster(flags: ServerFlags): boolean {
  if (flags.standalone) return false
  if (flags.kubeconfig ?? flags.authenticationKubeconfig ?? flags.authorizationKubeconfig) return true
  const inPod = process.env['KUBERNETES_SERVICE_HOST'] !== undefined
  return inPod && existsSync('/var/run/secrets/kubernetes.io/serviceaccount/token')
}
