import { isNotFound, type Client, type NamespacedName } from '@apiserver-kit/framework/client'
import { Controller, Reconciler, type Manager } from '@apiserver-kit/framework/controller'
import { DeepOne } from '../apis/innsmouth/v1alpha1/deep-one.ts'

/** What the controller reads and writes; a test gives its own. */
export type DeepOneClient = Pick<Client, 'resource'>

/** Brings the world nearer to what one DeepOne asks for, and says in its status how far it is. */
export class DeepOneReconciler extends Reconciler {
  readonly #client: DeepOneClient

  constructor(client: DeepOneClient) {
    super()
    this.#client = client
  }

  override async reconcile({ namespace, name }: NamespacedName, signal: AbortSignal): Promise<void> {
    const objects = this.#client.resource(DeepOne).namespace(namespace)
    const object = await objects.get(name, { signal }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
    // Gone: whatever it owned goes by its owner references.
    if (!object || object.metadata.deletionTimestamp) return
    const status = { observedGeneration: object.metadata.generation ?? 0, ready: true, parts: object.spec.size }
    if (isEqual(object.status, status)) return
    await objects.updateStatus({ ...object, status }, { signal })
  }
}

const isEqual = (a: DeepOne['status'], b: NonNullable<DeepOne['status']>): boolean =>
  a !== undefined && a.observedGeneration === b.observedGeneration && a.ready === b.ready && a.parts === b.parts

export const newDeepOneController = (manager: Manager): Controller =>
  new Controller(new DeepOneReconciler(manager.client)).for(DeepOne)
