import type { Session } from 'node:inspector'
import { setTimeout as sleep } from 'node:timers/promises'
import { pipeline } from 'node:stream/promises'
import type Router from '@koa/router'
import { levelOf } from '../server-log.ts'
import { plainText } from '../filters/plain-text.ts'
import type { RequestState } from '../request-state.ts'
import type { Logger } from 'pino'

const [defaultSeconds, mostSeconds] = [30, 300]
const maxBody = 64

/** Longer than any deadline, and only for who may: it is asked of the authorizers as every path is. */
export const isProfiling = (path: string): boolean => path.startsWith('/debug/pprof/')

/**
 * What `--profiling` opens, under Go's paths and in V8's formats: a CPU profile and a heap snapshot, for Chrome's developer tools, and the verbosity of
 * the log. Source: server/routes/{profiling,flags}.go.
 */
export function installDebug(router: Router<RequestState>, log: Logger): void {
  // Go redirects to the second; an aggregator follows no redirection.
  router.all(['/debug/pprof', '/debug/pprof/'], ({ state: { exchange } }) => {
    plainText(
      exchange.response,
      200,
      'profile?seconds=30: a CPU profile (.cpuprofile)\nheap: a heap snapshot (.heapsnapshot)',
    )
  })
  let isBusy = false
  const alone = async (response: RequestState['exchange']['response'], run: () => Promise<void>): Promise<void> => {
    if (isBusy) {
      plainText(response, 500, 'Could not enable profiling: profiling already in use')
      return
    }
    isBusy = true
    try {
      await run()
    } finally {
      isBusy = false
    }
  }
  router.all('/debug/pprof/profile', ({ state: { exchange } }) =>
    alone(exchange.response, async () => {
      const asked = Number(exchange.query.get('seconds') ?? defaultSeconds)
      const seconds = asked > 0 ? Math.min(asked, mostSeconds) : defaultSeconds
      const profile = await cpuProfile(seconds * 1000, exchange.context.signal)
      attach(exchange.response, 'profile.cpuprofile')
      exchange.response.end(profile)
    }),
  )
  router.all('/debug/pprof/heap', ({ state: { exchange } }) =>
    alone(exchange.response, async () => {
      const { getHeapSnapshot } = await import('node:v8')
      attach(exchange.response, 'heap.heapsnapshot')
      await pipeline(getHeapSnapshot(), exchange.response)
    }),
  )
  router.all('/debug/flags/v', async ({ state: { exchange } }) => {
    const { request, response } = exchange
    if (request.method !== 'PUT') {
      plainText(response, 406, 'unsupported http method')
      return
    }
    let text = ''
    for await (const chunk of request) text = (text + String(chunk)).slice(0, maxBody)
    if (!/^[+-]?\d+$/.test(text)) {
      const problem = `failed set klog.logging.verbosity ${text}: strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`
      plainText(response, 400, problem)
      return
    }
    log.level = levelOf(Number(text))
    plainText(response, 200, `successfully set klog.logging.verbosity to ${text}`)
  })
}

function attach(response: RequestState['exchange']['response'], name: string): void {
  response.statusCode = 200
  response.setHeader('content-type', 'application/octet-stream')
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('content-disposition', `attachment; filename="${name}"`)
}

async function cpuProfile(ms: number, signal: AbortSignal): Promise<string> {
  // Not read before somebody asks.
  const { Session } = await import('node:inspector')
  const session = new Session()
  session.connect()
  try {
    await post(session, 'Profiler.enable')
    await post(session, 'Profiler.start')
    await sleep(ms, undefined, { signal }).catch(() => undefined)
    const { profile } = (await post(session, 'Profiler.stop')) as { profile: unknown }
    return JSON.stringify(profile)
  } finally {
    session.disconnect()
  }
}

const post = (session: Session, method: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    session.post(method, (error, result) => {
      if (error) reject(error)
      else resolve(result)
    })
  })
