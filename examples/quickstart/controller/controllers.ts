import type { Controller, Manager } from '@apiserver-kit/framework/controller'
import { newWidgetController } from './widget.ts'
// apiserver-kit:imports

/** Everything that runs beside the server. */
export const controllers: readonly ((manager: Manager) => Controller)[] = [
  newWidgetController,
  // apiserver-kit:controllers
]
