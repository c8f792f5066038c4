import type { Resource } from '@apiserver-kit/framework'
// apiserver-kit:imports

/** Everything that the server serves. */
export const resources: readonly Resource[] = [
  // apiserver-kit:resources
]
