import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { CommandModule } from 'yargs'
import { findProject } from '../project/project.ts'

export const version: CommandModule<object, { json: boolean }> = {
  command: 'version',
  describe: "Shows the versions of this command, of the project's framework, and of Node",
  builder: (yargs) => yargs.option('json', { type: 'boolean', default: false, describe: 'as JSON' }),
  handler: ({ json }) => {
    const versions = { cli: cliVersion, framework: frameworkVersion(), node: process.versions.node }
    process.stdout.write(
      json
        ? `${JSON.stringify(versions, undefined, 2)}\n`
        : `apiserver-kit ${versions.cli}\n@apiserver-kit/framework ${versions.framework ?? '(in no project, or not installed)'}\nNode ${versions.node}\n`,
    )
  },
}

const versionIn = (file: string): string => (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version

export const cliVersion = versionIn(join(import.meta.dirname, '../../package.json'))

/** Of the project that this folder is in. */
function frameworkVersion(): string | null {
  try {
    const { directory } = findProject(process.cwd())
    const entry = createRequire(join(directory, 'package.json')).resolve('@apiserver-kit/framework')
    return versionIn(join(dirname(entry), '../package.json'))
  } catch {
    return null
  }
}
