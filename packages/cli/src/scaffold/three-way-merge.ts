import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../user-error.ts'

export interface Merged {
  readonly text: string
  /** Places where both sides changed the same, which stand between markers. */
  readonly conflicts: number
}

/** What comes of `mine` when the change from `base` to `theirs` is made to it, too. Git does it. */
export function threeWayMerge(mine: string, base: string, theirs: string): Merged {
  const folder = mkdtempSync(join(tmpdir(), 'apiserver-kit-merge-'))
  try {
    const files = Object.entries({ mine, base, theirs }).map(([name, text]) => {
      const file = join(folder, name)
      writeFileSync(file, text)
      return file
    })
    const labels = ['-L', 'yours', '-L', 'the old template', '-L', 'the new template']
    const { status, stdout, stderr, error } = spawnSync('git', ['merge-file', '-p', ...labels, ...files], {
      encoding: 'utf8',
    })
    if (error) throw new UserError('git is not installed, or not on PATH: it merges the files')
    if (status === null || status > 127) throw new UserError(`git merge-file failed: ${stderr}`)
    return { text: stdout, conflicts: status }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
