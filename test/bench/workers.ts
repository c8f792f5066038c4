// What more processes do at their limit: npx tsx test/bench/workers.ts [--workers 2] [--seconds 4] [--turns 4]
// Needs Go: the client must leave the processors, which it shares with the servers, to them.
import { rmSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build, cache } from './build.ts'
import type { Result } from './report.ts'
import type { Row } from './rows.ts'
import { startOurs } from './stack.ts'
import { turn } from './turn.ts'

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

const total = (results: readonly Result[], key: 'ops' | 'seconds' | 'cpuUs' | 'clientUs' | 'errors'): number =>
  results.reduce((sum, result) => sum + result[key], 0)

const { load } = build({ alone: true })
const directory = join(cache, 'run-workers')
rmSync(directory, { recursive: true, force: true })
const stacks = await Promise.all(
  ['1', values.workers].map(async (workers) => ({
    ...(await startOurs(join(directory, workers), ['--workers', workers])),
    workers,
  })),
)
try {
  console.log(`${cpus().length} cores of ${cpus()[0]?.model ?? ''}, ${values.turns} turns of ${values.seconds} s`)
  for (const row of rows) {
    const results = stacks.map((): Result[] => [])
    for (let n = 0; n < Number(values.turns); n++)
      for (const [i, stack] of stacks.entries()) results[i]?.push(await turn([load], stack, row, values.seconds))
    const rates = results.map((turns) => total(turns, 'ops') / total(turns, 'seconds'))
    for (const [i, turns] of results.entries()) {
      const perOp = (key: 'cpuUs' | 'clientUs'): string => (total(turns, key) / total(turns, 'ops')).toFixed(1)
      console.log(
        `${row.says}, --workers ${stacks[i]?.workers ?? ''}: ${Math.round(rates[i] ?? 0).toLocaleString('en')} a second,`,
        `${perOp('cpuUs')} µs of CPU each, and ${perOp('clientUs')} of the client; ${total(turns, 'errors')} errors`,
      )
    }
    console.log(`${row.name}: ${((rates[1] ?? 0) / (rates[0] ?? 1)).toFixed(2)} times as many`)
  }
} finally {
  for (const stack of stacks) await stack.stop()
}
