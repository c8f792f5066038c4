import type Router from '@koa/router'
import { acceptableToRouter } from '../../endpoints/negotiation/accept.ts'
import { writeError } from '../../endpoints/write-error.ts'
import { StatusError } from '../../meta/status.ts'
import type { RequestState } from '../request-state.ts'

/** The Kubernetes release whose behaviour this server has, and what it runs on. */
export const buildInfo = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0+apiserver-kit',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: `node ${process.version}`,
  compiler: 'v8',
  platform: `${process.platform}/${process.arch}`,
} as const

/** `/version`: a version.Info of the release that is imitated. Source: server/routes/version.go. */
export function installVersion(router: Router<RequestState>): void {
  const { major, minor, ...build } = buildInfo
  const info = {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    ...build,
  }
  const body = Buffer.from(JSON.stringify(info, undefined, 2))
  const answer = ({ exchange }: RequestState): void => {
    const { response, request } = exchange
    try {
      if (request.method !== 'GET') throw StatusError.routeMethodNotAllowed()
      acceptableToRouter(request.headers.accept, { offered: ['application/json'] })
    } catch (error) {
      writeError(exchange, error)
      return
    }
    response.statusCode = 200
    response.setHeader('content-type', 'application/json')
    response.setHeader('content-length', body.length)
    response.end(body)
  }
  router.all(['/version', '/version/'], ({ state }) => {
    answer(state)
  })
  // What lies below is the version's own, and not there. More slashes are nothing.
  router.all('/version/*rest', ({ state }) => {
    if (/^\/version\/+$/.test(state.exchange.context.info.path)) answer(state)
    else writeError(state.exchange, StatusError.routeNotFound())
  })
}
