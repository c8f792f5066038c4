import type { Resource } from '@apiserver-kit/framework'
import { NoteResource } from './note.ts'
// apiserver-kit:imports

/** Everything that the server serves. */
export const resources: readonly Resource[] = [
  new NoteResource(),
  // apiserver-kit:resources
]
