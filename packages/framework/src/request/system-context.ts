import type { RequestContext } from './context.ts'

/** The context of work that the server does by itself, on nobody's behalf. */
export function systemContext(fields: { namespace: string; signal: AbortSignal; verb?: string }): RequestContext {
  return {
    info: {
      isResourceRequest: true,
      path: '',
      verb: fields.verb ?? '',
      apiPrefix: 'apis',
      group: '',
      version: '',
      namespace: fields.namespace,
      resource: '',
      subresource: '',
      name: '',
      parts: [],
      fieldSelector: '',
      labelSelector: '',
    },
    user: { name: 'system:apiserver', uid: '', groups: ['system:masters', 'system:authenticated'], extra: {} },
    warnings: { add: () => undefined, headers: () => [] },
    signal: fields.signal,
    auditId: '',
    namespace: fields.namespace,
  }
}
