import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backendConformance } from '@apiserver-kit/framework/storage/conformance'
import { Journal } from '../server/storage/journal.ts'

const folder = mkdtempSync(join(tmpdir(), 'journal-'))
after(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** What every backend promises; the suite skips what `supports` denies. */
backendConformance(
  {
    name: 'Journal',
    create: async () => new Journal(mkdtempSync(join(folder, 'data-'))),
    reopen: async (backend) => new Journal((backend as Journal).directory),
  },
  { describe, it },
)
