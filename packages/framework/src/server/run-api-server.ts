import { resolve } from 'node:path'
import type { ApiServer } from './api-server.ts'

/** Servers that run in this process by `--secure-port`, where somebody loads the program again: `apiserver-kit dev` puts this Map there. */
const running = Symbol.for('@apiserver-kit/framework/running')

/**
 * Runs a server as the whole of a process: says when it is ready and what to try, and stops it on SIGTERM and SIGINT (a second signal ends the
 * process at once). A server that cannot start says why and exits with 1. Where the program is loaded again in the same process, as `apiserver-kit dev` does,
 * the server takes the place of the former one with its port, stores and watches, or throws.
 */
export async function runApiServer(server: ApiServer): Promise<void> {
  const reloaded = (globalThis as { [running]?: Map<number, ApiServer> })[running]
  const port = server.options.securePort
  const former = reloaded?.get(port)
  if (former) await server.listen({ replacing: former })
  else
    try {
      await server.listen()
    } catch (error) {
      process.stderr.write(`${startFailure(error)}\n`)
      process.exit(1)
    }
  server.metrics.collectProcess()
  reloaded?.set(port, server)
  if (former) return
  stopOnSignals(() => reloaded?.get(port) ?? server)
  process.stdout.write(readyMessage(server))
}

function stopOnSignals(serverNow: () => ApiServer): void {
  let stopping = false
  const stop = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    const server = serverNow()
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
