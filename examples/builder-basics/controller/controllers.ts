import type { Controller, Manager } from '@apiserver-kit/framework/controller'
import { newDeepOneController } from './deep-one.ts'
import { newFestivalController } from './festival.ts'
import { newUniversityController } from './university.ts'
import { newPoseidonController } from './poseidon.ts'
// apiserver-kit:imports

/** Everything that runs beside the server. */
export const controllers: readonly ((manager: Manager) => Controller)[] = [
  newDeepOneController,
  newFestivalController,
  newUniversityController,
  newPoseidonController,
  // apiserver-kit:controllers
]
