import { ApiServer, backendOf, parseServerFlags, runApiServer } from '@apiserver-kit/framework'
import { PageResource, SiteResource } from './resources.ts'

const flags = parseServerFlags(process.argv.slice(2), { dataDir: './data' })
const server = new ApiServer({ ...flags, backend: await backendOf(flags) })
await runApiServer(server.install(new SiteResource()).install(new PageResource()))
