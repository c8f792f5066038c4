// npm run test:cluster -- [mocha's flags]: builds what a control plane needs, once, and runs the tests of this folder against it.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { clusterBinaries } from '../harness/cluster-binaries.ts'

const root = join(import.meta.dirname, '..', '..')

if (!clusterBinaries()) {
  console.log('SKIPPED test/cluster: no control plane. Set KUBEBUILDER_ASSETS, or install Go, which builds one.')
  process.exit(0)
}
const mocha = [join(root, 'node_modules/mocha/bin/mocha.js'), '--config', 'test/cluster/.mocharc.json']
const { status } = spawnSync(process.execPath, [...mocha, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
process.exitCode = status ?? 1
