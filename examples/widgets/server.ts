import { ApiServer, backendOf, parseServerFlags, runApiServer } from '@apiserver-kit/framework'
import { GadgetResource } from './resources/gadget.ts'
import { WidgetResource } from './resources/widget.ts'

const options = parseServerFlags(process.argv.slice(2), { dataDir: './data' })
const server = new ApiServer({ ...options, backend: await backendOf(options) })
  .install(new GadgetResource())
  .install(new WidgetResource())

await runApiServer(server)
