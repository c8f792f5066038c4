import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backendConformance } from '../../conformance/backend.ts'
import { LmdbBackend } from './lmdb-backend.ts'

const folders: string[] = []

after(() => Promise.all(folders.map((path) => rm(path, { recursive: true, force: true }))))

const paths = new WeakMap<object, string>()

function at(path: string): LmdbBackend {
  const backend = new LmdbBackend({ path })
  paths.set(backend, path)
  return backend
}

backendConformance(
  {
    name: 'LmdbBackend',
    async create() {
      const path = await mkdtemp(join(tmpdir(), 'lmdb-backend-'))
      folders.push(path)
      return at(path)
    },
    reopen: (backend) => Promise.resolve(at(paths.get(backend) ?? '')),
  },
  { describe, it },
)
