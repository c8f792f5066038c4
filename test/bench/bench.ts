// npm run bench: our server on each of its stores, and Go's, side by side. `--help` says what can be asked for.
import { rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build, cache, NoGo, type Binaries } from './build.ts'
import { namesOf, tableHead, tableLine, type Measured } from './report.ts'
import { rows, type Row } from './rows.ts'
import { startGo, startOurs, startOursOnEtcd, type Stack } from './stack.ts'
import { inTurns, plainLoad } from './turn.ts'

const help = `npm run bench -- [flags]
  --only ROW,…      rows: ${namesOf(rows)}
  --all             the long ones too
  --seconds N       of each turn (default 4)
  --turns N         of each server at each row (default 2)
  --alone           our server alone
  --json FILE       keeps the figures; - prints them instead of the table
`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    all: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '4' },
    turns: { type: 'string', default: '2' },
    alone: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const plainRows = ['get', 'list', 'create', 'merge', 'discovery']
let withoutGo = false

const print = (text: string): void => void (values.json === '-' ? process.stderr : process.stdout).write(`${text}\n`)

function chosen(): readonly Row[] {
  if (values.only === undefined)
    return rows.filter((row) => (withoutGo ? plainRows.includes(row.name) : values.all || row.long !== true))
  return values.only.split(',').map((name) => {
    const row = rows.find((candidate) => candidate.name === name)
    if (!row) throw new Error(`no row ${JSON.stringify(name)}: there are ${namesOf(rows)}`)
    return row
  })
}

async function measure(load: readonly string[], stacks: readonly Stack[]): Promise<Measured[]> {
  const all: Measured[] = []
  print(tableHead())
  for (const row of chosen()) {
    const measured = await inTurns(load, stacks, row, values)
    const go = measured.find(({ stack }) => stack === 'go')
    for (const one of measured) {
      print(tableLine(one, go))
      if (one.error !== undefined) print(`    ${one.error}`)
    }
    all.push(...measured)
  }
  return all
}

/** Undefined on a machine without Go, which is said. */
function withGo(): Binaries | undefined {
  try {
    return build(values)
  } catch (error) {
    if (!(error instanceof NoGo)) throw error
    print(
      "Go is not installed: our server alone, driven by a client in Node that knows fewer rows. No ratio to Go's server.",
    )
    return undefined
  }
}

async function main(): Promise<void> {
  // A name that is wrong is said before anything is built.
  chosen()
  const binaries = withGo()
  withoutGo = binaries === undefined
  const directory = join(cache, 'run')
  rmSync(directory, { recursive: true, force: true })
  const ours = await startOurs(join(directory, 'ours'))
  const stacks: Stack[] = [ours]
  try {
    if (binaries && !values.alone) {
      stacks.push(await startOursOnEtcd(binaries, join(directory, 'ours-on-etcd')))
      stacks.push(await startGo(binaries, ours.server, join(directory, 'go')))
    }
    const machine = { node: process.version, cores: cpus().length, model: cpus()[0]?.model ?? '' }
    print(
      `${machine.cores} cores of ${machine.model}, Node ${machine.node}, ${values.turns} turns of ${values.seconds} s`,
    )
    for (const { name, readyMs } of stacks) print(`${name}: ready in ${readyMs.toFixed(0)} ms`)
    const measured = await measure(binaries ? [binaries.load] : plainLoad, stacks)
    const kept = {
      date: new Date().toISOString(),
      machine,
      ready: stacks.map((s) => [s.name, s.readyMs]),
      rows: measured,
    }
    const text = `${JSON.stringify(kept, undefined, 2)}\n`
    if (values.json === '-') process.stdout.write(text)
    else if (values.json !== undefined) writeFileSync(values.json, text)
  } finally {
    for (const stack of stacks.reverse()) await stack.stop()
  }
}

if (values.help) process.stdout.write(help)
else await main()
