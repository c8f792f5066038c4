import { resolve } from 'node:path'
import type { ApiServer } from './api-server.ts'

/** What is said when a server is ready: where it is, and what to try. */
export function readyMessage(server: ApiServer, url: string): string {
  const { writeKubeconfig } = server.options
  if (writeKubeconfig === undefined) return `Ready at ${url}\nFor kubectl, start it with --write-kubeconfig FILE.\n`
  // Absolute: whoever reads this may stand in another folder than the server.
  const file = resolve(writeKubeconfig)
  const name = server.resourceNames[0] ?? 'namespaces'
  const kubectl = `kubectl --kubeconfig ${file}`
  return [
    `Ready at ${url}`,
    `Kubeconfig: ${file}`,
    'Try:',
    `  ${kubectl} api-resources`,
    `  ${kubectl} get ${name}`,
    `  ${kubectl} explain ${name}`,
    '',
  ].join('\n')
}

/** Why a server does not start, and what to do. */
export function startFailure(error: unknown): string {
  const { code, port, address } = error as { code?: string; port?: number; address?: string }
  if (code === 'EADDRINUSE')
    return `error: port ${String(port)} of ${String(address)} is taken: stop what listens there, or choose another with --secure-port`
  if (code === 'EACCES' && port !== undefined)
    return `error: no permission to listen on port ${String(port)}: choose one above 1023 with --secure-port`
  return `error: ${error instanceof Error ? error.message : String(error)}`
}
