import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandModule } from 'yargs'
import { findProject } from '../project/project.ts'
import { runInProject } from '../project/run-in-project.ts'
import { UserError } from '../user-error.ts'
import { withServerFlags } from './dev.ts'

const source = `
import { existsSync } from 'node:fs'
import { ApiServer, backendOf, parseServerFlags } from '@apiserver-kit/framework'
const { resources } = await import('./server/resources.ts')
const flags = parseServerFlags(input.flags, { dataDir: './data' })
// The embedded store makes the folder that it does not find, and an empty one has nothing to migrate.
if (!flags.etcdServers?.length && !existsSync(flags.dataDir)) answer({ error: '--data-dir ' + flags.dataDir + ': there is no such folder' })
const server = new ApiServer({ ...flags, backend: await backendOf(flags) })
for (const resource of resources) server.install(resource)
answer(
  await server.migrateStorage().then(
    (migrations) => ({ migrations }),
    (error) => {
      if (typeof error.code !== 'string') throw error
      return { error: error.message }
    },
  ),
)`

interface Migration {
  readonly resource: string
  readonly apiVersion: string
  readonly migrated: number
  readonly unchanged: number
  readonly failed: readonly { readonly key: string; readonly message: string }[]
}

interface Answer {
  readonly migrations?: readonly Migration[]
  readonly error?: string
}

export const migrateStorage: CommandModule<object, { json: boolean }> = {
  command: 'migrate-storage',
  describe: 'Rewrites every stored object in the version that new ones are stored in, before an older one goes',
  builder: (yargs) =>
    withServerFlags(yargs)
      .option('json', { type: 'boolean', default: false, describe: 'as JSON' })
      .epilogue(
        'All other flags are those of the server, which must not run on the embedded store meanwhile: apiserver-kit migrate-storage --data-dir data',
      ),
  handler: async ({ json, _ }) => {
    const { directory } = findProject(process.cwd())
    const main = join(directory, 'server/main.ts')
    if (existsSync(main) && !readFileSync(main, 'utf8').includes('backendOf(flags)'))
      throw new UserError('server/main.ts has a storage of its own: call `await server.migrateStorage()` there')
    const flags = _.slice(1).map(String)
    const failure = 'the stored objects could not be migrated'
    const { migrations: done, error } = (await runInProject(directory, source, { flags }, failure)) as Answer
    if (done === undefined) throw new UserError(`${failure}: ${error ?? ''}`)
    process.stdout.write(json ? `${JSON.stringify(done, undefined, 2)}\n` : done.map(text).join(''))
    if (done.some(({ failed }) => failed.length)) process.exitCode = 1
  },
}

const text = ({ resource, apiVersion, migrated, unchanged, failed }: Migration): string =>
  `${resource}: ${migrated} rewritten in ${apiVersion}, ${unchanged} as they should be, ${failed.length} that cannot be read\n${failed
    .map(({ key, message }) => `  ${key}: ${message}\n`)
    .join('')}`
