import { Interruption, noSuchOverload } from './cel-error.ts'
import { costs } from './cost.ts'
import type { Fold } from './expression.ts'
import type { Evaluate, Frame, Planner } from './planner.ts'
import { EntryMap, List, MapValue, type Value } from './value.ts'

/** What each turn costs beside its body: looking whether to go on, and keeping what came out. */
const turnCosts: Readonly<Record<Fold['result'], number>> = {
  all: 3,
  exists: 4,
  existsOne: 1,
  list: costs.list + 2,
  map: 2,
  mapEntries: 2,
}

/** One turn of a macro. False: it is decided. */
type Turn = (frame: Frame) => boolean

/** Plans a macro over a list or a map. */
export function planFold(expression: Fold, planner: Planner): Evaluate {
  const { range, variables, filter, body, result } = expression
  const over = planner.plan(range)
  const [slots, [keep, evaluate]] = planner.within(variables, () => [
    filter && planner.plan(filter),
    planner.plan(body),
  ])
  const begin = accumulators[result]
  const turnCost = turnCosts[result]
  return (frame) => {
    const values = over(frame)
    const { turn, finish } = begin(evaluate, slots[0] ?? 0)
    const each = keep ? filtered(keep, turn) : turn
    iterate(values, slots, frame, (at) => {
      at.meter.spend(turnCost)
      return each(at)
    })
    frame.meter.spend(costs.access)
    return finish()
  }
}

function filtered(keep: Evaluate, turn: Turn): Turn {
  return (frame) => {
    const kept = keep(frame)
    if (typeof kept !== 'boolean') throw noSuchOverload()
    return kept ? turn(frame) : true
  }
}

function iterate(values: Value, [first = 0, second]: readonly number[], frame: Frame, turn: Turn): void {
  const { slots } = frame
  if (values instanceof List) {
    for (let i = 0; i < values.items.length; i++) {
      const item = values.items[i] ?? null
      if (second === undefined) slots[first] = item
      else {
        slots[first] = BigInt(i)
        slots[second] = item
      }
      if (!turn(frame)) return
    }
  } else if (values instanceof MapValue) {
    for (const key of values.keys()) {
      slots[first] = key
      if (second !== undefined) slots[second] = values.get(key) ?? null
      if (!turn(frame)) return
    }
  } else throw noSuchOverload()
}

interface Accumulator {
  readonly turn: Turn
  readonly finish: () => Value
}

const accumulators: Readonly<Record<Fold['result'], (body: Evaluate, key: number) => Accumulator>> = {
  all: (body) => quantifier(body, false),
  exists: (body) => quantifier(body, true),
  existsOne: (body) => {
    let count = 0
    return {
      turn: (frame) => {
        const found = body(frame)
        if (typeof found !== 'boolean') throw noSuchOverload()
        if (found) count++
        return true
      },
      finish: () => count === 1,
    }
  },
  list: (body) => {
    const items: Value[] = []
    return {
      turn: (frame) => {
        items.push(body(frame))
        return true
      },
      finish: () => new List(items),
    }
  },
  map: (body, key) => {
    const map = new EntryMap()
    return {
      turn: (frame) => {
        map.insert(frame.slots[key] ?? null, body(frame))
        return true
      },
      finish: () => map,
    }
  },
  mapEntries: (body) => {
    const map = new EntryMap()
    return {
      turn: (frame) => {
        const entries = body(frame)
        if (!(entries instanceof MapValue)) throw noSuchOverload()
        for (const key of entries.keys()) map.insert(key, entries.get(key) ?? null)
        return true
      },
      finish: () => map,
    }
  },
}

/** The decisive answer ends it; an error counts only when no element decides. */
function quantifier(body: Evaluate, decisive: boolean): Accumulator {
  let failure: unknown
  let decided = false
  return {
    turn: (frame) => {
      try {
        const value = body(frame)
        if (typeof value !== 'boolean') failure ??= noSuchOverload()
        decided = value === decisive
        return !decided
      } catch (error) {
        if (error instanceof Interruption) throw error
        failure ??= error
        return true
      }
    },
    finish: () => {
      if (decided) return decisive
      if (failure !== undefined) throw failure as Error
      return !decisive
    },
  }
}
