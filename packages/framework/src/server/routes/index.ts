import type { RequestState } from '../request-state.ts'

/** What nobody else answers: all paths there are, with 200 at `/` and 404 elsewhere. Source: server/routes/index.go. */
export function answerIndex({ exchange }: RequestState, paths: readonly string[]): void {
  const { response, context } = exchange
  const body = Buffer.from(JSON.stringify({ paths: [...paths].sort() }, undefined, 2))
  response.statusCode = ['/', '/index.html'].includes(context.info.path) ? 200 : 404
  response.setHeader('content-type', 'application/json')
  response.setHeader('content-length', body.length)
  response.end(body)
}
