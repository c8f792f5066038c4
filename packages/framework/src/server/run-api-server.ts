import { resolve } from 'node:path'
import type { ApiServer } from './api-server.ts'

/**
 * Runs a server as the whole of a process: says when it is ready and what to try, and stops it on SIGTERM and SIGINT (a second signal ends the
 * process at once). A server that cannot start says why and exits with 1.
 */
export async function runApiServer(server: ApiServer): Promise<void> {
  try {
    await server.listen()
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`)
    process.exit(1)
  }
  server.metrics.collectProcess()
  let stopping = false
  const stop = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    server.shutDown().then(
      () => process.exit(0),
      (error: unknown) => {
        server.log.error({ err: error }, 'stop failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.stdout.write(readyMessage(server))
}

function readyMessage(server: ApiServer): string {
  const { writeKubeconfig } = server.options
  if (writeKubeconfig === undefined)
    return `Ready at ${server.url}\nFor kubectl, start it with --write-kubeconfig FILE.\n`
  // Absolute: whoever reads this may stand in another folder than the server.
  const file = resolve(writeKubeconfig)
  const name = server.resourceNames[0] ?? 'namespaces'
  const kubectl = `kubectl --kubeconfig ${file}`
  return [
    `Ready at ${server.url}`,
    `Kubeconfig: ${file}`,
    'Try:',
    `  ${kubectl} api-resources`,
    `  ${kubectl} get ${name}`,
    `  ${kubectl} explain ${name}`,
    '',
  ].join('\n')
}

function startFailure(error: unknown): string {
  const { code, port, address } = error as { code?: string; port?: number; address?: string }
  if (code === 'EADDRINUSE')
    return `error: port ${String(port)} of ${String(address)} is taken: stop what listens there, or choose another with --secure-port`
  if (code === 'EACCES' && port !== undefined)
    return `error: no permission to listen on port ${String(port)}: choose one above 1023 with --secure-port`
  return `error: ${error instanceof Error ? error.message : String(error)}`
}
