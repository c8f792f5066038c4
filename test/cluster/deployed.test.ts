import { expect } from 'chai'
import type { Identity } from '../harness/cluster.ts'
import type { DeployedPod } from '../harness/deployed-pod.ts'
import type { DeployedProject } from '../harness/deployed-project.ts'
import { eventually } from '../harness/eventually.ts'
import { deployedSetting } from './deployed-setting.ts'

const orders = '/apis/shop.example.org/v1/namespaces/sales/orders'
const policies = '/apis/admissionregistration.k8s.io/v1'

describe('A server as its manifests deploy it', function () {
  this.timeout(180_000)
  let deployed: DeployedProject
  let server: DeployedPod
  let availableMs: number
  let [frank, grace, heidi]: Identity[] = []
  before(async () => {
    ;({ deployed, server, availableMs } = await deployedSetting())
    const { cluster } = deployed
    ;[frank, grace, heidi] = ['frank', 'grace', 'heidi'].map((user) => cluster.identity(user))
    await deployed.kubectl('create', 'namespace', 'sales')
    await deployed.kubectl('create', 'rolebinding', 'frank', '-n', 'sales', '--clusterrole=edit', '--user=frank')
    await deployed.kubectl('create', 'rolebinding', 'grace', '-n', 'sales', '--clusterrole=view', '--user=grace')
  })

  const as = async (who: Identity | undefined, ...args: string[]): Promise<[code: number | null, said: string]> => {
    const run = await deployed.tryKubectl('--kubeconfig', who?.kubeconfig ?? '', '-n', 'sales', ...args)
    return [run.code, run.stdout + run.stderr]
  }

  it('is available, by its own arguments and with its own account', () => {
    console.log(`      available ${String(availableMs)} ms after the start of the process`)
    expect(availableMs).to.be.lessThan(5000)
  })

  it('is as the doctor wants it', async () => {
    await deployed.untilExplained()
    const { healthy, findings } = await deployed.doctor()
    expect(
      findings.filter(({ outcome }) => outcome !== 'good'),
      server.log(),
    ).to.deep.equal([])
    expect(healthy).to.equal(true)
  })

  it('is found and explained by kubectl', async () => {
    await deployed.untilExplained()
    expect(await deployed.kubectl('api-resources', '--api-group', 'shop.example.org')).to.match(/^orders\s+.*\bOrder$/m)
    expect(await deployed.kubectl('explain', 'orders.spec.size')).to.include('How many parts are wanted.')
  })

  it('takes from whoever may edit, shows to whoever may view, and refuses everybody else', async () => {
    deployed.project.write(
      'first.yaml',
      'apiVersion: shop.example.org/v1\nkind: Order\nmetadata: { name: first }\nspec: { size: 2 }\n',
    )
    const file = `${deployed.project.directory}/first.yaml`
    expect(await as(frank, 'create', '-f', file)).to.deep.equal([0, 'order.shop.example.org/first created\n'])
    expect((await as(frank, 'apply', '-f', file, '--server-side', '--force-conflicts'))[1]).to.include(
      'serverside-applied',
    )
    expect((await as(frank, 'patch', 'order', 'first', '--type=merge', '-p', '{"spec":{"size":3}}'))[0]).to.equal(0)
    expect((await as(grace, 'get', 'orders'))[1]).to.match(/^first\s+3 /m)
    expect((await as(grace, 'delete', 'order', 'first'))[1]).to.include('User "grace" cannot delete resource "orders"')
    expect((await as(heidi, 'get', 'orders'))[1]).to.include('User "heidi" cannot list resource "orders"')
    expect((await as(frank, 'get', 'orders', '-A'))[1]).to.include('cannot list resource "orders"')
    expect((await as(frank, 'auth', 'can-i', 'update', 'orders', '--subresource=status'))[1]).to.include('no')
  })

  it('is reconciled by its controller, with what its account may do', async () => {
    const controller = await deployed.pod('controller')
    try {
      expect(await controller.start(), controller.log()).to.equal(true)
      const waited = await as(grace, 'wait', 'order/first', '--for=jsonpath={.status.ready}=true', '--timeout=60s')
      expect(waited, controller.log()).to.deep.equal([0, 'order.shop.example.org/first condition met\n'])
      expect((await as(frank, 'patch', 'order', 'first', '--type=merge', '-p', '{"spec":{"size":5}}'))[0]).to.equal(0)
      const again = await as(grace, 'wait', 'order/first', '--for=jsonpath={.status.parts}=5', '--timeout=60s')
      expect(again[0], again[1] + controller.log()).to.equal(0)
      expect(controller.log()).to.not.match(/forbidden|cannot /i)
    } finally {
      await controller.stop()
    }
  })

  it('knows the policies of the cluster', async () => {
    const { cluster } = deployed
    const refusesThirteen = {
      matchConstraints: {
        resourceRules: [
          { apiGroups: ['shop.example.org'], apiVersions: ['v1'], resources: ['orders'], operations: ['*'] },
        ],
      },
      validations: [{ expression: 'object == null || object.spec.size != 13', message: 'thirteen brings bad luck' }],
    }
    const metadata = { name: 'no-thirteen' }
    const policy = await cluster.send('POST', `${policies}/validatingadmissionpolicies`, {
      metadata,
      spec: refusesThirteen,
    })
    expect(policy.status, policy.text).to.equal(201)
    const binding = { metadata, spec: { policyName: 'no-thirteen', validationActions: ['Deny'] } }
    await cluster.send('POST', `${policies}/validatingadmissionpolicybindings`, binding)
    const order = {
      apiVersion: 'shop.example.org/v1',
      kind: 'Order',
      metadata: { name: 'thirteen' },
      spec: { size: 13 },
    }
    let said = ''
    await eventually('the policy holds', async () => {
      const answer = await cluster.send('POST', `${orders}?dryRun=All`, order)
      said = answer.text
      return answer.status === 422
    })
    expect(said).to.include('thirteen brings bad luck')
    await cluster.send('DELETE', `${policies}/validatingadmissionpolicybindings/no-thirteen`)
    await cluster.send('DELETE', `${policies}/validatingadmissionpolicies/no-thirteen`)
  })

  it('takes a new certificate that manifests makes, with not one failed request', async () => {
    const { cluster, project } = deployed
    let [asked, ended] = [0, false]
    const failures: string[] = []
    const load = (async (): Promise<void> => {
      while (!ended) {
        const { status, text } = await cluster.send('GET', orders)
        asked++
        if (status !== 200) failures.push(text)
      }
    })()
    const before = asked
    expect((await deployed.cli('manifests', '--rotate-certificate')).code).to.equal(0)
    await deployed.apply()
    await server.mount()
    const certificate = project.read('manifests/base/certificates/tls.crt')
    await eventually('the server has the new certificate', async () => (await server.certificate()) === certificate)
    const then = asked
    await eventually('it is asked on', () => Promise.resolve(asked > then + 50))
    ended = true
    await load
    console.log(`      ${String(asked - before)} requests, ${String(failures.length)} failed`)
    expect(failures).to.deep.equal([])
    await deployed.untilAvailable()
  })

  it('has what it had when it comes back', async () => {
    expect(await server.restart(), server.log()).to.equal(true)
    await deployed.untilAvailable()
    await eventually('it answers', async () => (await deployed.cluster.send('GET', orders)).status === 200)
    expect((await as(grace, 'get', 'orders'))[1]).to.match(/^first\s+5 /m)
  })

  it('lets a namespace go, with what is in it', async () => {
    await deployed.kubectl('delete', 'namespace', 'sales', '--timeout=60s')
    const { status, body } = await deployed.cluster.send('GET', '/apis/shop.example.org/v1/orders')
    expect([status, body.items]).to.deep.equal([200, []])
  })

  it('was refused nothing by the cluster', () => {
    expect(server.log()).to.not.match(/forbidden|is not allowed/i)
  })
})
