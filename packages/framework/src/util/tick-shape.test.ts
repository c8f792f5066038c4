import { expect } from 'chai'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** In a process of its own: others of these tests have kept a tick already. Prints how many ticks of each outlive a collection. */
const program = `
  import { createHook } from 'node:async_hooks'
  import { setImmediate } from 'node:timers/promises'
  import { keepTickShape } from ${JSON.stringify(new URL('tick-shape.ts', import.meta.url).href)}

  async function outliving(act) {
    const ticks = []
    const init = (_id, type, _trigger, tick) => type === 'TickObject' && ticks.push(new WeakRef(tick))
    const hook = createHook({ init }).enable()
    act()
    hook.disable()
    // A WeakRef holds its object until the turn of the loop that made it is over.
    for (let turn = 0; turn < 3; turn++) {
      await setImmediate()
      gc()
    }
    return [ticks.length, ticks.filter((tick) => tick.deref() !== undefined).length]
  }
  const other = await outliving(() => process.nextTick(() => {}))
  const kept = await outliving(keepTickShape)
  const again = await outliving(keepTickShape)
  console.log(JSON.stringify({ other, kept, again }))
`

describe('keepTickShape', () => {
  it('keeps one tick for good, of which V8 would let all go', async () => {
    const flags = ['--expose-gc', '--import', 'tsx', '--input-type=module', '--eval', program]
    const { stdout } = await promisify(execFile)(process.execPath, flags)
    expect(JSON.parse(stdout)).to.deep.equal({ other: [1, 0], kept: [1, 1], again: [0, 0] })
  })
})
