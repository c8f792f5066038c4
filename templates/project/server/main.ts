import { ApiServer, backendOf, parseServerFlags, runApiServer } from '@apiserver-kit/framework'
import { resources } from './resources.ts'

const flags = parseServerFlags(process.argv.slice(2), { dataDir: './data' })
const server = new ApiServer({ ...flags, backend: await backendOf(flags) })
for (const resource of resources) server.install(resource)

await runApiServer(server)
