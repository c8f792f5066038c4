import type Router from '@koa/router'
import { writeError } from '../../endpoints/write-error.ts'
import { StatusError } from '../../meta/status.ts'
import type { RequestState } from '../request-state.ts'

/** The Kubernetes release whose behaviour this server has. */
const emulated = { major: '1', minor: '36' }

/** `/version`: a version.Info of the release that is imitated. Source: server/routes/version.go. */
export function installVersion(router: Router<RequestState>): void {
  const { major, minor } = emulated
  const body = Buffer.from(
    JSON.stringify(
      {
        major,
        minor,
        emulationMajor: major,
        emulationMinor: minor,
        minCompatibilityMajor: major,
        minCompatibilityMinor: String(Number(minor) - 1),
        gitVersion: `v${major}.${minor}.0+apiserver-kit`,
        gitCommit: '',
        gitTreeState: 'clean',
        buildDate: '1970-01-01T00:00:00Z',
        goVersion: `node ${process.version}`,
        compiler: 'v8',
        platform: `${process.platform}/${process.arch}`,
      },
      undefined,
      2,
    ),
  )
  router.all(['/version', '/version/'], ({ state }) => {
    const { response, request } = state.exchange
    if (request.method !== 'GET') {
      writeError(state.exchange, StatusError.routeMethodNotAllowed())
      return
    }
    response.statusCode = 200
    response.setHeader('content-type', 'application/json')
    response.setHeader('content-length', body.length)
    response.end(body)
  })
  // What lies below is the version's own, and not there.
  router.all('/version/*rest', ({ state }) => {
    writeError(state.exchange, StatusError.routeNotFound())
  })
}
