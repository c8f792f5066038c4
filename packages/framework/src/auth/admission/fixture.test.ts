import type { RequestContext } from '../../request/context.ts'
import { systemContext } from '../../request/system-context.ts'
import type { AdmissionAttributes } from './attributes.ts'

/** A create of a Thing, as a plugin gets to see it. */
export const attributesOf = (given: Partial<AdmissionAttributes> = {}): AdmissionAttributes => ({
  operation: 'CREATE',
  object: { apiVersion: 'g.io/v1', kind: 'Thing', metadata: { name: 'x', namespace: 'ns' } },
  oldObject: undefined,
  kind: { group: 'g.io', version: 'v1', kind: 'Thing' },
  resource: { group: 'g.io', version: 'v1', resource: 'things' },
  subresource: '',
  namespace: 'ns',
  name: 'x',
  dryRun: false,
  user: { name: 'jane', uid: '', groups: ['dev'], extra: {} },
  options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
  ...given,
})

export interface RecordedContext extends RequestContext {
  readonly texts: string[]
  readonly annotations: Map<string, string>
}

/** A context that remembers what was said. */
export function recordedContext(signal = new AbortController().signal): RecordedContext {
  const texts: string[] = []
  const annotations = new Map<string, string>()
  return {
    ...systemContext({ namespace: 'ns', signal }),
    warnings: { add: (text) => void texts.push(text), headers: () => texts },
    annotate: (key, value) => void annotations.set(key, value),
    texts,
    annotations,
  }
}
