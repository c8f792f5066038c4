import { ApiServer, backendOf, parseServerFlags, runApiServer } from '@apiserver-kit/framework'
import { resources } from './server/resources.ts'

const options = parseServerFlags(process.argv.slice(2), { dataDir: './data' })
const server = new ApiServer({ ...options, backend: await backendOf(options) })
for (const resource of resources) server.install(resource)

await runApiServer(server)
