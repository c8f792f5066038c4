// npm run bench:gate: what our server costs over a bare one in Node, beside the figures kept in kept-figures.json. Fails where a row has become dearer by
// more than a quarter in each of three attempts. `-- --keep` keeps the figures of this run. Needs Node alone; takes two to five minutes.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cache } from './build.ts'
import { rows, type Row } from './rows.ts'
import { startBare, startOurs, type Stack } from './stack.ts'
import { plainLoad, turn } from './turn.ts'

const attempts = 3
const worsening = 1.25
const seconds = '2'
const turns = 3
const names = ['get', 'list', 'create', 'merge', 'discovery']
const file = join(import.meta.dirname, 'kept-figures.json')
const kept = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, number>>
const keep = process.argv.includes('--keep')

/** CPU of ours over that of the bare server, in turns. Of each the middle turn counts. */
async function ratioOf(row: Row, ours: Stack, bare: Stack): Promise<number> {
  const costs = new Map<Stack, number[]>([
    [ours, []],
    [bare, []],
  ])
  for (let n = 0; n < turns; n++)
    for (const [stack, each] of costs) {
      const { cpuUs, ops, errors } = await turn(plainLoad, stack, row, seconds)
      if (errors || !ops) throw new Error(`${row.name} of ${stack.name}: ${errors} errors, ${ops} good answers`)
      each.push(cpuUs / ops)
    }
  const [a = 0, b = 0] = [ours, bare].map((stack) => costs.get(stack)?.sort((x, y) => x - y)[Math.floor(turns / 2)])
  console.log(`  ${row.name}: ${a.toFixed(0)} us of CPU, bare ${b.toFixed(0)}: ${(a / b).toFixed(2)} times`)
  return a / b
}

/** The least ratio of as many attempts as it takes to keep within the limit; with --keep the middle one of all. */
async function judge(row: Row, limit: number, ours: Stack, bare: Stack): Promise<number> {
  const ratios: number[] = []
  while (ratios.length < attempts && (keep || !ratios.some((ratio) => ratio <= limit)))
    ratios.push(await ratioOf(row, ours, bare))
  ratios.sort((a, b) => a - b)
  return ratios[keep ? Math.floor(attempts / 2) : 0] ?? Infinity
}

const directory = join(cache, 'gate')
rmSync(directory, { recursive: true, force: true })
const ours = await startOurs(join(directory, 'ours'))
const bare = await startBare(ours.server, join(directory, 'bare'))
let [passed, failed] = [0, 0]
const figures: Record<string, number> = {}
try {
  for (const row of rows.filter(({ name }) => names.includes(name))) {
    const before = kept[row.name] ?? Infinity
    const ratio = await judge(row, before * worsening, ours, bare)
    figures[row.name] = Number(ratio.toFixed(2))
    if (keep || ratio <= before * worsening) passed++
    else {
      failed++
      console.log(`${row.name} has become dearer: ${ratio.toFixed(2)} times the bare server, ${before} before`)
    }
  }
} finally {
  await bare.stop()
  await ours.stop()
}
if (keep) writeFileSync(file, `${JSON.stringify(figures, undefined, 2)}\n`)
console.log(`bench:gate: ${passed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
