import { ApiServer, backendOf, parseServerFlags, runApiServer } from '@apiserver-kit/framework'
import { admission } from './admission.ts'
import { resources } from './resources.ts'

const flags = parseServerFlags(process.argv.slice(2), { dataDir: './data' })
const server = new ApiServer({ ...flags, admission, backend: await backendOf(flags) })
for (const resource of resources) server.install(resource)

await runApiServer(server)
