import { setFlagsFromString } from 'node:v8'
import type { ApiServer } from './api-server.ts'
import { endAtOnce } from './end-at-once.ts'
import { readyMessage, startFailure } from './start-messages.ts'

/** Servers that run in this process by `--secure-port`, where somebody loads the program again: `apiserver-kit dev` puts this Map there. */
const running = Symbol.for('@apiserver-kit/framework/running')

/**
 * Runs a server as the whole of a process: says when it is ready and what to try, and stops it on SIGTERM and SIGINT (a second signal ends the
 * process at once). A server that cannot start says why and exits with 1. Where the program is loaded again in the same process, as `apiserver-kit dev` does,
 * the server takes the place of the former one with its port, stores and watches, or throws. With `--workers` above 1, as many processes of this program
 * serve.
 */
export async function runApiServer(server: ApiServer): Promise<void> {
  boundCollections()
  const reloaded = (globalThis as { [running]?: Map<number, ApiServer> })[running]
  if (server.options.workers > 1 && !reloaded) {
    const { runWorkers } = await import('./workers/run-workers.ts')
    await runWorkers(server)
    return
  }
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
  process.stdout.write(readyMessage(server, server.url))
}

/**
 * V8 lets the heap grow to between 1.1 and 4 times its size before it collects the whole of it, and counts every buffer that comes and goes: a server
 * with little in its heap was found to do so every 25 requests of 100 KB, at a fifth of their cost. Here it is always 4.
 */
function boundCollections(): void {
  setFlagsFromString('--heap-growing-percent=300')
}

function stopOnSignals(serverNow: () => ApiServer): void {
  let stopping = false
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) endAtOnce(signal)
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
