import type { AdmissionPlugin } from '@apiserver-kit/framework'
// apiserver-kit:imports

/** Asked about every write, in this order, before it is stored. */
export const admission: readonly AdmissionPlugin[] = [
  // apiserver-kit:admission
]
