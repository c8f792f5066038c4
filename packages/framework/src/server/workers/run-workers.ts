import type { ApiServer } from '../api-server.ts'
import { endAtOnce } from '../end-at-once.ts'
import { readyMessage, startFailure } from '../start-messages.ts'
import { Primary } from './primary.ts'
import { WorkerProcess } from './worker-process.ts'

/**
 * Serves from `--workers` processes that share the port and the stores. The program runs in each of them: in the first one, which starts the others, this
 * resolves when all serve.
 */
export async function runWorkers(server: ApiServer): Promise<void> {
  // Not read where one process serves.
  const { default: cluster } = await import('node:cluster')
  const { workers, securePort, bindAddress } = server.options
  const address = { port: securePort, address: bindAddress }
  if (cluster.isPrimary) await runPrimary(server, new Primary(cluster, workers, address, server.log))
  else await runWorker(server)
}

async function runPrimary(server: ApiServer, primary: Primary): Promise<void> {
  const state = { stopping: false }
  const end = async (code: number): Promise<never> => {
    state.stopping = true
    const ended = await primary.stop()
    await server.close()
    process.exit(ended ? code : 1)
  }
  const stop = (signal: NodeJS.Signals): void => {
    if (state.stopping) {
      primary.kill()
      endAtOnce(signal)
    }
    void end(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  primary.onHopeless = (why) => {
    process.stderr.write(`${why}\n`)
    void end(1)
  }
  try {
    await server.keep(primary)
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`)
    process.exit(1)
  }
  const url = await primary.start()
  if (state.stopping) return
  if (url === undefined) await end(1)
  else process.stdout.write(readyMessage(server, url))
}

async function runWorker(server: ApiServer): Promise<void> {
  // A terminal and systemd signal every process; this one ends when the first tells it to.
  process.on('SIGTERM', () => undefined)
  process.on('SIGINT', () => undefined)
  // The first process is gone. An ordinary exit, as node:cluster's, waits for LMDB's thread, which may wait for this one, and has the lock of the data.
  process.prependListener('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  const worker = new WorkerProcess(() => server.metrics.read())
  const state = { stopping: false }
  worker.onStop = () => {
    state.stopping = true
  }
  try {
    await server.join(worker).listen()
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`)
    process.exit(1)
  }
  server.metrics.collectProcess()
  server.metrics.gathered = worker
  const stop = (): void => {
    server.shutDown().then(
      () => process.exit(0),
      (error: unknown) => {
        server.log.error({ err: error }, 'stop failed')
        process.exit(1)
      },
    )
  }
  worker.onStop = stop
  if (state.stopping) stop()
  else worker.ready(server.url)
}
