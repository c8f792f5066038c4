import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'

const root = join(import.meta.dirname, '..', '..')

describe('examples/quickstart and examples/widgets', function () {
  this.timeout(60_000)
  it('are what the CLI writes', () => {
    const run = spawnSync(process.execPath, [join(root, 'scripts/regenerate-examples.mjs'), '--check'], {
      encoding: 'utf8',
    })
    expect(run.status, run.stderr).to.equal(0)
  })
})
