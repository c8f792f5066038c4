import type { Resource } from '@apiserver-kit/framework'
import { WidgetResource } from './widget.ts'
import { GadgetResource } from './gadget.ts'
// apiserver-kit:imports

/** Everything that the server serves. */
export const resources: readonly Resource[] = [
  new WidgetResource(),
  new GadgetResource(),
  // apiserver-kit:resources
]
