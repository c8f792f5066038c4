import { isNotFound, type Client, type NamespacedName } from '@apiserver-kit/framework/client'
import { Controller, Reconciler, type Manager } from '@apiserver-kit/framework/controller'
import { Widget } from '../apis/demo/v1alpha1/widget.ts'

/** What the controller reads and writes; a test gives its own. */
export type WidgetClient = Pick<Client, 'resource'>

/** Brings the world nearer to what one Widget asks for. */
export class WidgetReconciler extends Reconciler {
  readonly #client: WidgetClient

  constructor(client: WidgetClient) {
    super()
    this.#client = client
  }

  override async reconcile({ namespace, name }: NamespacedName, signal: AbortSignal): Promise<void> {
    const objects = this.#client.resource(Widget).namespace(namespace)
    const object = await objects.get(name, { signal }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
    // Gone: whatever it owned goes by its owner references.
    if (!object || object.metadata.deletionTimestamp) return
    // Bring about here what object.spec asks for, and say how far it is:
    //   await objects.updateStatus({ ...object, status: { … } }, { signal })
  }
}

export const newWidgetController = (manager: Manager): Controller =>
  new Controller(new WidgetReconciler(manager.client)).for(Widget)
