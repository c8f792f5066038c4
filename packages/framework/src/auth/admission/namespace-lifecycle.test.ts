import { expect } from 'chai'
import type { StatusError } from '../../meta/status.ts'
import { systemContext } from '../../request/system-context.ts'
import type { AdmissionAttributes } from './attributes.ts'
import { AdmissionChain } from './chain.ts'
import { NamespaceLifecycle, type NamespaceSource, type NamespaceState } from './namespace-lifecycle.ts'

const attributes = (given: Partial<AdmissionAttributes> = {}): AdmissionAttributes => ({
  operation: 'CREATE',
  object: { apiVersion: 'g.io/v1', kind: 'Thing', metadata: { name: 'x', namespace: 'ns' } },
  oldObject: undefined,
  kind: { group: 'g.io', version: 'v1', kind: 'Thing' },
  resource: { group: 'g.io', version: 'v1', resource: 'things' },
  subresource: '',
  namespace: 'ns',
  name: 'x',
  dryRun: false,
  user: { name: 'jane', uid: '', groups: [], extra: {} },
  options: {},
  ...given,
})
const deletion = (name: string): AdmissionAttributes =>
  attributes({
    operation: 'DELETE',
    object: undefined,
    kind: { group: '', version: 'v1', kind: 'Namespace' },
    resource: { group: '', version: 'v1', resource: 'namespaces' },
    namespace: name,
    name,
  })

const active: NamespaceState = { terminating: false }
const terminating: NamespaceState = { terminating: true }

async function admitted(plugin: NamespaceLifecycle, what = attributes()): Promise<StatusError | undefined> {
  const ctx = systemContext({ namespace: 'ns', signal: new AbortController().signal })
  try {
    await new AdmissionChain([plugin]).admit(what, ctx)
    return undefined
  } catch (error) {
    return error as StatusError
  }
}

/** A cache and the truth behind it. */
function source(cached: Record<string, NamespaceState>, live: Record<string, NamespaceState>) {
  const asked: string[] = []
  const value: NamespaceSource = {
    get: (name) => cached[name],
    live: (name) => {
      asked.push(name)
      return Promise.resolve(live[name])
    },
  }
  return { value, asked }
}

describe('NamespaceLifecycle.admit', () => {
  it('lets pass what is created in a namespace that is there, without asking for more', async () => {
    const { value, asked } = source({ ns: active }, {})
    expect(await admitted(new NamespaceLifecycle(value))).to.equal(undefined)
    expect(asked).to.deep.equal([])
  })
  it('asks the cluster itself before it says that a namespace is not there', async () => {
    const { value, asked } = source({}, { ns: active })
    expect(await admitted(new NamespaceLifecycle(value))).to.equal(undefined)
    expect(asked).to.deep.equal(['ns'])
    const missing = await admitted(new NamespaceLifecycle(source({}, {}).value))
    expect(missing?.status).to.include({ code: 404, message: 'namespaces "ns" not found' })
  })
  it('refuses a namespace on its way out', async () => {
    const refusal = await admitted(new NamespaceLifecycle({ get: () => terminating }))
    expect(refusal?.status.code).to.equal(403)
    expect(refusal?.message).to.equal(
      'things.g.io "x" is forbidden: unable to create new content in namespace ns because it is being terminated',
    )
    expect(refusal?.status.details?.causes).to.deep.equal([
      {
        reason: 'NamespaceTerminating',
        message: 'namespace ns is being terminated',
        field: 'metadata.namespace',
      },
    ])
  })
  it('does not believe its cache after it saw the deletion', async () => {
    const { value, asked } = source({ ns: active }, { ns: terminating })
    const plugin = new NamespaceLifecycle(value)
    expect(await admitted(plugin, deletion('ns'))).to.equal(undefined)
    expect((await admitted(plugin))?.status.code).to.equal(403)
    expect(asked).to.deep.equal(['ns'])
  })
  it('keeps the namespaces that must stay', async () => {
    for (const name of ['default', 'kube-system', 'kube-public'])
      expect((await admitted(new NamespaceLifecycle({ get: () => active }), deletion(name)))?.message).to.include(
        'this namespace may not be deleted',
      )
  })
  it('says nothing of updates, deletions, what has no namespace, and questions about rights', async () => {
    const plugin = new NamespaceLifecycle({ get: () => undefined })
    for (const given of [
      { operation: 'UPDATE' },
      { operation: 'DELETE' },
      { namespace: '' },
      { resource: { group: 'authorization.k8s.io', version: 'v1', resource: 'localsubjectaccessreviews' } },
    ] as const)
      expect(await admitted(plugin, attributes(given))).to.equal(undefined)
  })
  it('refuses while nobody knows the namespaces yet', async () => {
    const plugin = new NamespaceLifecycle({ get: () => active, ready: () => Promise.resolve(false) })
    expect((await admitted(plugin))?.message).to.include('not yet ready to handle request')
  })
})
