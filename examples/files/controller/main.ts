import { Manager } from '@apiserver-kit/framework/controller'
import { controllers } from './controllers.ts'

const manager = new Manager()
for (const make of controllers) manager.add(make(manager))
await manager.run()
