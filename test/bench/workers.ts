// What more processes do at their limit: npx tsx test/bench/workers.ts [--workers 2] [--seconds 4] [--turns 4]
// Needs Go: the client must leave the processors, which it shares with the servers, to them.
import { rmSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build, cache } from './build.ts'
import type { Row } from './rows.ts'
import { startOurs } from './stack.ts'
import { inTurns } from './turn.ts'

const rows: readonly Row[] = [
  { name: 'gets', says: 'GET of one object, 64 under way', flags: ['-row', 'flood-get', '-workers', '64'] },
  {
    name: 'events',
    says: 'events to 1,000 watchers, 32 writes under way',
    flags: ['-row', 'flood-watch', '-workers', '32', '-watchers', '1000', '-namespace', 'bench-watch'],
  },
]

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '4' },
    turns: { type: 'string', default: '4' },
  },
})

const { load } = build({ alone: true })
const directory = join(cache, 'run-workers')
rmSync(directory, { recursive: true, force: true })
const stacks = await Promise.all(
  ['1', values.workers].map(async (workers) => ({
    ...(await startOurs(join(directory, workers), ['--workers', workers])),
    name: `--workers ${workers}`,
  })),
)
try {
  console.log(`${cpus().length} cores of ${cpus()[0]?.model ?? ''}, ${values.turns} turns of ${values.seconds} s`)
  for (const row of rows) {
    const measured = await inTurns([load], stacks, row, values)
    for (const { stack, opsPerSecond, cpuUsPerOp, clientUsPerOp, errors } of measured)
      console.log(
        `${row.says}, ${stack}: ${Math.round(opsPerSecond).toLocaleString('en')} a second,`,
        `${cpuUsPerOp.toFixed(1)} µs of CPU each, and ${clientUsPerOp.toFixed(1)} of the client; ${errors} errors`,
      )
    const [one = NaN, more = NaN] = measured.map(({ opsPerSecond }) => opsPerSecond)
    console.log(`${row.name}: ${(more / one).toFixed(2)} times as many`)
  }
} finally {
  for (const stack of stacks) await stack.stop()
}
