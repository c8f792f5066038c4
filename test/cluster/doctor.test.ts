import { expect } from 'chai'
import { join } from 'node:path'
import { deployedSetting, type DeployedSetting } from './deployed-setting.ts'
import { troubles } from './doctor-troubles.ts'

describe('apiserver-kit doctor, in a cluster', function () {
  this.timeout(180_000)
  let setting: DeployedSetting
  before(async () => {
    setting = await deployedSetting()
  })

  it('finds nothing wrong where nothing is', async () => {
    await setting.deployed.untilExplained()
    const { healthy, findings } = await setting.deployed.doctor()
    expect(findings.filter(({ outcome }) => outcome !== 'good')).to.deep.equal([])
    expect(healthy).to.equal(true)
  })

  for (const { name, breaks, mends, hidden = false, of, cause, fix } of troubles)
    describe(`where there is ${name}`, () => {
      it('names the cause, and what mends it', async () => {
        await breaks(setting)
        if (!hidden) await setting.deployed.untilAvailable(false, of)
        const diagnosis = await setting.deployed.doctor(of)
        console.log(`      ${diagnosis.cause?.step ?? 'nothing'}: ${diagnosis.cause?.says ?? ''}`)
        expect(diagnosis.cause?.says, JSON.stringify(diagnosis.findings, undefined, 1)).to.match(cause)
        expect(diagnosis.cause?.fix).to.match(fix)
      })
      after(async () => {
        await mends?.(setting)
        const overlay = join(setting.deployed.project.directory, 'manifests/overlays/default')
        await setting.deployed.kubectl('apply', '-k', overlay, '--server-side', '--force-conflicts')
        await setting.server.mount()
        await setting.deployed.untilAvailable()
      })
    })
})
