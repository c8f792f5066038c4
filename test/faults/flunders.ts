import type { Item, Scope, State } from './history.ts'

/** The objects of the test: what they are called, and how their state is written into them. */
const group = '/apis/wardle.example.com/v1alpha1'
export const storedBelow = '/registry/wardle.example.com/flunders/'
export const namespaces = ['default', 'faults'] as const
export const shards = ['a', 'b', 'c'] as const
export const keys = namespaces.flatMap((namespace) =>
  Array.from({ length: 8 }, (_, i) => `${namespace}/flunder-${String(i)}`),
)

export interface Flunder {
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly resourceVersion: string
    readonly labels?: { readonly shard?: string; readonly value?: string }
    readonly annotations?: Readonly<Record<string, string>>
  }
}

export const pathOf = (key: string): string => {
  const [namespace = '', name = ''] = key.split('/')
  return `${collectionPath({ namespace })}/${name}`
}

export const collectionPath = ({ namespace }: Scope): string =>
  namespace === undefined ? `${group}/flunders` : `${group}/namespaces/${namespace}/flunders`

export const selectorOf = ({ shard }: Scope): Record<string, string> =>
  shard === undefined ? {} : { labelSelector: `shard=${shard}` }

export function flunderOf(key: string, { value, shard }: State, resourceVersion?: string): unknown {
  const [namespace, name] = key.split('/')
  return {
    apiVersion: 'wardle.example.com/v1alpha1',
    kind: 'Flunder',
    metadata: { namespace, name, resourceVersion, labels: { shard, value } },
  }
}

export const stateOf = ({ metadata }: Flunder): State => ({
  value: metadata.labels?.value ?? '',
  shard: metadata.labels?.shard ?? '',
})

export const itemOf = (flunder: Flunder): Item => ({
  key: `${flunder.metadata.namespace}/${flunder.metadata.name}`,
  revision: Number(flunder.metadata.resourceVersion),
  state: stateOf(flunder),
})
