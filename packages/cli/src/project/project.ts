import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { UserError } from '../user-error.ts'

export interface Project {
  readonly directory: string
  readonly domain: string
  /** As package.json has it. */
  readonly name: string
  readonly version: string
  /** What commands remember from one run to the next. */
  readonly settings: Readonly<Record<string, unknown>>
}

interface PackageJson {
  readonly name?: string
  readonly version?: string
  readonly apiserverKit?: { readonly domain?: string; readonly [setting: string]: unknown }
}

/** The project around a folder: the nearest package.json with `apiserverKit`. */
export function findProject(from: string): Project {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    const file = join(directory, 'package.json')
    if (existsSync(file)) {
      const { name = 'apiserver', version = '0.0.0', apiserverKit = {} } = packageJson(file)
      const { domain, ...settings } = apiserverKit
      if (domain !== undefined) return { directory, domain, name, version, settings }
    }
    if (dirname(directory) === directory)
      throw new UserError(
        'this folder is in no apiserver-kit project: run `apiserver-kit init --domain example.com` first',
      )
  }
}

/** package.json with `apiserverKit.<setting>` remembered. */
export function withSetting(text: string, setting: string, value: unknown): string {
  const known = JSON.parse(text) as PackageJson
  return `${JSON.stringify({ ...known, apiserverKit: { ...known.apiserverKit, [setting]: value } }, undefined, 2)}\n`
}

function packageJson(file: string): PackageJson {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PackageJson
  } catch (cause) {
    throw new UserError(`${file} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}
