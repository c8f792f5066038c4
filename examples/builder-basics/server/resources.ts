import type { Resource } from '@apiserver-kit/framework'
import { DeepOneResource } from './deep-one.ts'
import { FestivalResource } from './festival.ts'
import { StudentResource } from './student.ts'
import { UniversityResource } from './university.ts'
import { PoseidonResource } from './poseidon.ts'
// apiserver-kit:imports

/** Everything that the server serves. */
export const resources: readonly Resource[] = [
  new DeepOneResource(),
  new FestivalResource(),
  new StudentResource(),
  new UniversityResource(),
  new PoseidonResource(),
  // apiserver-kit:resources
]
