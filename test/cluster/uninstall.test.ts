import { expect } from 'chai'
import { join } from 'node:path'
import { eventually } from '../harness/eventually.ts'
import { deployedSetting } from './deployed-setting.ts'

// The last of a deployed project: its file comes after all others that need one.
describe('Uninstallation of a deployed server', function () {
  this.timeout(180_000)

  it('needs no server that runs, and leaves nothing in the way of other namespaces', async () => {
    const { deployed, server } = await deployedSetting()
    const { cluster } = deployed
    await cluster.send('POST', '/api/v1/namespaces', { metadata: { name: 'unrelated' } })
    await server.stop('SIGKILL')
    await deployed.untilAvailable(false)
    const began = performance.now()
    const isGone = (name: string) => async (): Promise<boolean> =>
      (await cluster.send('GET', `/api/v1/namespaces/${name}`)).status === 404
    await deployed.kubectl(
      'delete',
      '-k',
      join(deployed.project.directory, 'manifests/overlays/default'),
      '--wait=false',
    )
    // Nobody is a kubelet here that says that the pods have ended.
    await deployed.kubectl('delete', 'pods', '--all', '-n', 'shop-system', '--force', '--grace-period=0')
    await cluster.send('DELETE', '/api/v1/namespaces/unrelated')
    await eventually('an unrelated namespace is gone', isGone('unrelated'))
    await eventually('the namespace of the server is gone', isGone('shop-system'))
    console.log(`      both namespaces are gone after ${String(Math.round(performance.now() - began))} ms`)
    const left = await deployed.kubectl(
      ...['get', 'apiservices,clusterroles,clusterrolebindings,rolebindings', '-A', '-o', 'name'],
      ...['-l', 'app.kubernetes.io/name=shop'],
    )
    expect(left).to.equal('')
  })
})
