import type { Resource } from '@apiserver-kit/framework'
import { FortuneResource } from './fortune.ts'
// apiserver-kit:imports

/** Everything that the server serves. */
export const resources: readonly Resource[] = [
  new FortuneResource(),
  // apiserver-kit:resources
]
