import type Router from '@koa/router'
import { writeError } from '../../endpoints/write-error.ts'
import { StatusError } from '../../meta/status.ts'
import type { JsonObject } from '../../util/json.ts'
import { stringifyYaml } from '../../util/yaml.ts'
import type { RequestState } from '../request-state.ts'
import { buildInfo } from './version.ts'

const component = 'apiserver'
const offered = 'application/json, application/yaml, text/plain'
const delimiters = [':', ': ', '=', ' ']
/** What is for clients, and not for who looks after the server. */
const ordinary: ReadonlySet<string> = new Set(['/apis', '/api', '/openid', '/openapi', '/.well-known'])
const startedAt = new Date(Date.now() - process.uptime() * 1000)

/** `/statusz`: what server this is, since when, and where to look further. Source: server/statusz. */
export function installStatusz(router: Router<RequestState>, paths: () => readonly string[]): void {
  // The one thing about its text that is sure is that nobody should read it by machine.
  const delimiter = delimiters[Math.floor(Math.random() * delimiters.length)] ?? ':'
  router.all('/statusz', ({ state: { exchange } }) => {
    const { request, response } = exchange
    const form = wanted(request.headers.accept)
    if (form === undefined) {
      writeError(exchange, StatusError.notAcceptable(`only the following media types are accepted: ${offered}`))
      return
    }
    if (form.version === 'v1alpha1')
      response.setHeader(
        'warning',
        '299 - "This version of the statusz endpoint is deprecated. Please use a newer version."',
      )
    const shown = [...new Set(paths().map(firstSegment))].filter((path) => path !== '/' && !ordinary.has(path)).sort()
    const write = form.type === 'application/yaml' ? stringifyYaml : JSON.stringify
    const body = Buffer.from(form.version ? write(structured(shown, form.version)) : text(shown, delimiter))
    response.statusCode = 200
    response.setHeader('content-type', form.version ? form.type : 'text/plain; charset=utf-8')
    response.setHeader('content-length', body.length)
    if (request.method === 'HEAD') response.end()
    else response.end(body)
  })
}

const firstSegment = (path: string): string => `/${path.split('/')[1] ?? ''}`

interface Form {
  readonly type: string
  /** Absent: text. */
  readonly version?: string
}

/** undefined: nothing of what there is. Structured only for who names the version: it may change. */
function wanted(accept = ''): Form | undefined {
  if (accept.trim() === '') return { type: 'text/plain' }
  for (const clause of accept.split(',')) {
    const [type = '', ...given] = clause.split(';').map((part) => part.trim())
    const parameters = new Map(given.map((parameter) => parameter.split('=', 2) as [string, string]))
    const as = parameters.get('as')
    if (as === undefined && ['text/plain', 'text/*', '*/*'].includes(type)) return { type: 'text/plain' }
    const version = parameters.get('v')
    const isStatusz = as === 'Statusz' && parameters.get('g') === 'config.k8s.io'
    const isStructured = type === 'application/json' || type === 'application/yaml'
    if (isStructured && isStatusz && (version === 'v1alpha1' || version === 'v1beta1')) return { type, version }
  }
  return undefined
}

const emulated = `${buildInfo.major}.${buildInfo.minor}`
const uptimeSeconds = (): number => Math.floor(process.uptime())

function text(paths: readonly string[], delimiter: string): string {
  const seconds = uptimeSeconds()
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const rows = [
    ['Started', startedAt.toUTCString()],
    ['Up', `${String(hours)} hr ${String(minutes).padStart(2, '0')} min ${String(seconds % 60).padStart(2, '0')} sec`],
    ['Go version', buildInfo.goVersion],
    ['Binary version', buildInfo.gitVersion.slice(1)],
    ['Emulation version', emulated],
    ['Paths', paths.join(' ')],
  ]
  const warning =
    'Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.'
  return `\n${component} statusz\n${warning}\n\n${rows.map(([name = '', value = '']) => `${name}${delimiter} ${value}\n`).join('')}`
}

const structured = (paths: readonly string[], version: string): JsonObject => ({
  kind: 'Statusz',
  apiVersion: `config.k8s.io/${version}`,
  metadata: { name: component },
  startTime: startedAt.toISOString().replace(/\.\d+Z$/, 'Z'),
  uptimeSeconds: uptimeSeconds(),
  goVersion: buildInfo.goVersion,
  binaryVersion: buildInfo.gitVersion.slice(1),
  emulationVersion: emulated,
  paths: [...paths],
})
