import { ApiServer, backendOf, parseServerFlags, runApiServer } from '@apiserver-kit/framework'
import { BanFlunder } from './admission/ban-flunder.ts'
import { FischerResource } from './resources/fischer.ts'
import { FlunderResource } from './resources/flunder.ts'

const options = parseServerFlags(process.argv.slice(2), { dataDir: './data' })
const fischers = new FischerResource()
const server = new ApiServer({
  ...options,
  backend: await backendOf(options),
  admission: [new BanFlunder(fischers)],
})
  .install(new FlunderResource())
  .install(fischers)

await runApiServer(server)
