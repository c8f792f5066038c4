import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backendConformance } from '@apiserver-kit/framework/storage/conformance'
import { Files } from '../server/storage/files.ts'

const folder = mkdtempSync(join(tmpdir(), 'files-'))
let directory = ''
after(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** What every backend promises; the suite skips what `supports` denies. */
backendConformance(
  {
    name: 'Files',
    create: async () => new Files((directory = mkdtempSync(join(folder, 'data-')))),
    reopen: async () => new Files(directory),
  },
  { describe, it },
)
