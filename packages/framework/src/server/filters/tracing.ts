import { inTrace, newSpanId, parseTraceparent, spanTime } from '../../client/trace-context.ts'
import { privilegedGroup } from '../../auth/authentication/authenticator.ts'
import type { ServerRequest } from '../../request/header-lines.ts'
import type { RequestInfo } from '../../request/request-info.ts'
import type { Filter } from '../request-state.ts'
import type { Tracer } from '../tracing/tracer.ts'

const monitoringGroup = 'system:monitoring'

/**
 * Each request is a span, and what is done for it belongs to it. Without a tracer a trace that the client tells of is passed on to whom the server asks,
 * and costs nothing where there is none. Source: endpoints/filters/traces.go.
 */
export const tracing = (tracer: Tracer | undefined): Filter => (tracer ? keepingSpans(tracer) : passedOn)

const passedOn: Filter = (ctx, next) => {
  const told = traceparentOf(ctx.state.exchange.request)
  return told !== undefined && parseTraceparent(told) ? inTrace(told, next) : next()
}

const traceparentOf = ({ headers: { traceparent } }: ServerRequest): string | undefined =>
  typeof traceparent === 'string' ? traceparent : undefined

const keepingSpans =
  (tracer: Tracer): Filter =>
  async (ctx, next) => {
    const { request, response, context } = ctx.state.exchange
    const told = traceparentOf(request)
    const { groups } = context.user
    const trusted = groups.includes(privilegedGroup) || groups.includes(monitoringGroup)
    const { traceId, parentSpanId, sampled, link } = tracer.start(told, trusted)
    const [spanId, startMs] = [newSpanId(), spanTime()]
    try {
      await inTrace(`00-${traceId}-${spanId}-${sampled ? '01' : '00'}`, next, tracer.recorder)
    } finally {
      const code = response.statusCode
      const method = request.method ?? ''
      const { info } = context
      if (sampled)
        tracer.recorder.record({
          traceId,
          spanId,
          parentSpanId,
          name: info.isResourceRequest ? `${method} ${routeOf(info)}` : method,
          kind: 'server',
          startMs,
          endMs: spanTime(),
          attributes: {
            'http.target': request.url ?? '',
            'audit-id': context.auditId,
            'http.request.method': method,
            'http.response.status_code': code,
            'network.protocol.version': request.httpVersion,
            'url.path': info.path,
            'url.scheme': 'https',
            'user_agent.original': request.headers['user-agent'] ?? '',
          },
          ...(code >= 500 ? { error: '' } : {}),
          ...(link ? { link } : {}),
        })
    }
  }

/** A path without the names in it: these would be a set without end. */
function routeOf({ apiPrefix, group, version, namespace, resource, name, subresource }: RequestInfo): string {
  return [
    `/${apiPrefix}`,
    ...(group === '' ? [] : [group]),
    version,
    ...(namespace === '' ? [] : ['namespaces/{:namespace}']),
    resource,
    ...(name === '' ? [] : ['{:name}']),
    ...(subresource === '' ? [] : [subresource]),
  ].join('/')
}
