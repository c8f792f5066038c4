import { expect } from 'chai'
import { createHook } from 'node:async_hooks'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { keepTickShape } from './tick-shape.ts'

describe('keepTickShape', () => {
  /** Of the ticks that `act` asks for, those that outlive a collection. */
  async function outliving(act: () => void): Promise<number> {
    const ticks: WeakRef<object>[] = []
    const hook = createHook({
      init: (_id, type, _trigger, resource: object) => {
        if (type === 'TickObject') ticks.push(new WeakRef(resource))
      },
    }).enable()
    act()
    hook.disable()
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    // A WeakRef holds its object until the turn of the loop that made it is over.
    for (let turn = 0; turn < 3; turn++) {
      await setImmediate()
      collect()
    }
    expect(ticks).to.have.length.greaterThan(0)
    return ticks.filter((tick) => tick.deref() !== undefined).length
  }

  it('keeps one tick for good, of which V8 would let all go', async () => {
    expect(await outliving(() => process.nextTick(() => undefined))).to.equal(0)
    expect(await outliving(keepTickShape)).to.equal(1)
  })
})
