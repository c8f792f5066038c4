import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { UserError } from '../user-error.ts'

export interface Project {
  readonly directory: string
  readonly domain: string
}

/** The project around a folder: the nearest package.json with `apiserverKit`. */
export function findProject(from: string): Project {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    const file = join(directory, 'package.json')
    if (existsSync(file)) {
      const { apiserverKit } = JSON.parse(readFileSync(file, 'utf8')) as { apiserverKit?: { domain?: string } }
      if (apiserverKit?.domain !== undefined) return { directory, domain: apiserverKit.domain }
    }
    if (dirname(directory) === directory)
      throw new UserError(
        'this folder is in no apiserver-kit project: run `apiserver-kit init --domain example.com` first',
      )
  }
}
