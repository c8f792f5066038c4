import { EventRecorder, Manager } from '@apiserver-kit/framework/controller'
import { MemoryDns } from './dns.ts'
import { newSiteController } from './site.ts'

const manager = new Manager({
  leaderElection: { id: 'site-controller' },
  healthProbeBindAddress: ':8081',
  metricsBindAddress: ':8080',
})
const events = new EventRecorder(manager.client, 'sites.example.com/site-controller')
await manager.add(newSiteController(manager, events, new MemoryDns())).run()
await events.close()
