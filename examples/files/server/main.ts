import { ApiServer, parseServerFlags, runApiServer } from '@apiserver-kit/framework'
import { admission } from './admission.ts'
import { resources } from './resources.ts'
import { Files } from './storage/files.ts'

const flags = parseServerFlags(process.argv.slice(2), { dataDir: './data' })
const server = new ApiServer({ ...flags, admission, backend: new Files(flags.dataDir) })
for (const resource of resources) server.install(resource)

await runApiServer(server)
