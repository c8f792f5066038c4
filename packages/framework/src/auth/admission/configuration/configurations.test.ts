import { expect } from 'chai'
import { Client } from '../../../client/client.ts'
import { KubeConfig } from '../../../client/kube-config.ts'
import type { KubeObject } from '../../../meta/object.ts'
import { registrationKinds } from '../../../testing/fake-cluster/admission-resources.ts'
import { FakeCluster } from '../../../testing/fake-cluster/fake-cluster.ts'
import { Configurations, type RegistrationKind } from './configurations.ts'

const policies: RegistrationKind = {
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  versions: ['v3', 'v1'],
}

describe('Configurations', function () {
  this.timeout(20_000)
  let cluster: FakeCluster
  const open: Configurations<KubeObject>[] = []
  beforeEach(async () => {
    cluster = await FakeCluster.start()
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((configurations) => configurations.close()))
    await cluster.close()
  })

  function follow(kind: RegistrationKind, client = cluster.client, onError?: (error: unknown) => void) {
    const configurations = new Configurations<KubeObject>(client, kind, onError ? { onError } : {})
    open.push(configurations)
    configurations.start()
    return configurations
  }
  async function eventually(check: () => boolean): Promise<void> {
    const deadline = Date.now() + 10_000
    while (!check()) {
      if (Date.now() > deadline) throw new Error('it did not come to pass in 10 s')
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  it('follows the newest version that the cluster has, sorted by name', async () => {
    const configurations = follow(policies)
    expect(configurations.hasSynced).to.equal(false)
    await eventually(() => configurations.hasSynced)
    const before = configurations.changes
    const kind = registrationKinds.find((one) => one.kind === policies.kind)
    if (!kind) throw new Error('no such kind')
    for (const name of ['b', 'a']) await cluster.client.resource(kind).create({ metadata: { name } })
    await eventually(() => configurations.list().length === 2)
    expect(configurations.list().map(({ metadata }) => metadata.name)).to.deep.equal(['a', 'b'])
    expect(configurations.changes).to.be.greaterThan(before)
  })

  it('knows that a cluster which is too old has none', async () => {
    const configurations = follow({ ...policies, plural: 'tomorrowspolicies' })
    await eventually(() => configurations.hasSynced)
    expect(configurations.list()).to.deep.equal([])
  })

  it('does not take a cluster that does not answer, or refuses, for one that has none', async () => {
    const errors: unknown[] = []
    const nobody = new Client(new KubeConfig({ server: cluster.url, insecureSkipTlsVerify: true }))
    const refused = follow({ ...policies, versions: ['v1'] }, nobody, (error) => errors.push(error))
    const away = new Client(new KubeConfig({ server: 'https://127.0.0.1:23497' }))
    const silent = follow(policies, away, (error) => errors.push(error))
    await eventually(() => errors.length >= 2)
    expect([refused.hasSynced, silent.hasSynced]).to.deep.equal([false, false])
    nobody.close()
    away.close()
  })
})
