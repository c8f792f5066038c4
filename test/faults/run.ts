// npm run test:faults -- [--seconds 240] [--seed N] [--etcd PATH] [--workers N]
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findEtcdForFaults } from '../harness/etcd-binary.ts'
import { runTrial } from './trial.ts'

/** With what stands around it, a run ends in less than five minutes. */
const defaultSeconds = 240

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seconds: { type: 'string' },
    etcd: { type: 'string' },
    workers: { type: 'string' },
  },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
const seconds = Number(values.seconds ?? defaultSeconds)
const etcd = values.etcd === undefined ? findEtcdForFaults() : { path: values.etcd }
const stores = 'path' in etcd ? [undefined, etcd.path] : [undefined]
if ('reason' in etcd) console.log(`LEFT OUT: etcd: ${etcd.reason}`)
for (const store of stores) {
  console.log(`${store ? 'etcd' : 'LMDB'}: seed ${String(seed)}, ${String(seconds / stores.length)} s`)
  const { history, violations, figures } = await runTrial({
    seed,
    seconds: seconds / stores.length,
    etcd: store,
    workers: Number(values.workers ?? 1),
  })
  console.log(
    Object.entries(figures)
      .map(([name, n]) => `  ${name} ${String(n)}`)
      .join('\n'),
  )
  if (violations.length === 0) {
    console.log('  no violation')
    continue
  }
  for (const { kind, detail } of violations.slice(0, 20)) console.log(`  VIOLATION ${kind}: ${detail.slice(0, 1000)}`)
  const file = join(mkdtempSync(join(tmpdir(), 'faults-')), 'history.json')
  writeFileSync(file, JSON.stringify(history))
  console.log(`${String(violations.length)} violations; the history is in ${file}`)
  process.exitCode = 1
}
