import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { unifiedDiff } from './unified-diff.ts'

describe('unifiedDiff', () => {
  it('shows what changed with three lines around it', () => {
    expect(unifiedDiff('f', 'a\nb\nc\nd\ne\nf\n', 'a\nb\nc\nd\nx\nf\n')).to.equal(
      '--- a/f\n+++ b/f\n@@ -2,5 +2,5 @@\n b\n c\n d\n-e\n+x\n f\n',
    )
  })
  it('shows a new file as one', () => {
    expect(unifiedDiff('f', undefined, 'a\n')).to.equal('--- /dev/null\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n')
  })
  it('says nothing of what is the same', () => {
    expect(unifiedDiff('f', 'a\n', 'a\n')).to.equal('')
  })
  it('is what patch(1) or git apply turns the old text into the new one with', function () {
    if (spawnSync('git', ['--version']).status !== 0) this.skip()
    this.timeout(60_000)
    const folder = mkdtempSync(join(tmpdir(), 'diff-'))
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 25 })
    try {
      fc.assert(
        fc.property(text, text, (old, now) => {
          const [before, after] = [`${old.join('\n')}\n`, `${now.join('\n')}\n`]
          if (before === after) return
          writeFileSync(join(folder, 'f'), before)
          const { status, stderr } = spawnSync('git', ['apply', '-'], {
            cwd: folder,
            input: unifiedDiff('f', before, after),
            encoding: 'utf8',
          })
          expect(status, stderr).to.equal(0)
          expect(readFileSync(join(folder, 'f'), 'utf8')).to.equal(after)
        }),
        { numRuns: 60 },
      )
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
