import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backendConformance } from '@apiserver-kit/framework/storage/conformance'
import { Journal } from '../server/storage/journal.ts'

const folder = mkdtempSync(join(tmpdir(), 'journal-'))
let directory = ''
after(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** What every backend promises; the suite skips what `supports` denies. */
backendConformance(
  {
    name: 'Journal',
    create: async () => new Journal((directory = mkdtempSync(join(folder, 'data-')))),
    reopen: async () => new Journal(directory),
  },
  { describe, it },
)
