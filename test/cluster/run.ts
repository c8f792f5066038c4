// npm run test:cluster -- [mocha's flags]: builds what a control plane needs, once, and runs the tests of this folder against it.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { clusterBinaries } from '../harness/cluster-binaries.ts'
import { CannotBuild } from '../harness/go-build.ts'

const root = join(import.meta.dirname, '..', '..')

try {
  clusterBinaries()
} catch (error) {
  if (!(error instanceof CannotBuild)) throw error
  const assets = process.env.KUBEBUILDER_ASSETS
  // Somebody means to run them: that they do not is a failure.
  if (assets)
    throw new Error(`KUBEBUILDER_ASSETS is ${assets}, where something is missing that cannot be built`, {
      cause: error,
    })
  console.log(`LEFT OUT: test/cluster: ${error.message}. KUBEBUILDER_ASSETS may name a control plane.`)
  process.exit(0)
}
const mocha = [
  join(root, 'node_modules/mocha/bin/mocha.js'),
  '--config',
  'test/cluster/.mocharc.json',
  '--forbid-pending',
]
const { status } = spawnSync(process.execPath, [...mocha, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
process.exitCode = status ?? 1
