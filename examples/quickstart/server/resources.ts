import type { Resource } from '@apiserver-kit/framework'
import { WidgetResource } from './widget.ts'
// apiserver-kit:imports

/** Everything that the server serves. */
export const resources: readonly Resource[] = [
  new WidgetResource(),
  // apiserver-kit:resources
]
