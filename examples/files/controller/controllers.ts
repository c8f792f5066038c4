import type { Controller, Manager } from '@apiserver-kit/framework/controller'
// apiserver-kit:imports

/** Everything that runs beside the server. */
export const controllers: readonly ((manager: Manager) => Controller)[] = [
  // apiserver-kit:controllers
]
