import { isNotFound, type Client, type NamespacedName } from '@apiserver-kit/framework/client'
import { Controller, Reconciler, type Manager } from '@apiserver-kit/framework/controller'
import { Poseidon } from '../apis/olympus/v1alpha1/poseidon.ts'

/** What the controller reads and writes; a test gives its own. */
export type PoseidonClient = Pick<Client, 'resource'>

/** Brings the world nearer to what one Poseidon asks for, and says in its status how far it is. */
export class PoseidonReconciler extends Reconciler {
  readonly #client: PoseidonClient

  constructor(client: PoseidonClient) {
    super()
    this.#client = client
  }

  override async reconcile({ namespace, name }: NamespacedName, signal: AbortSignal): Promise<void> {
    const objects = this.#client.resource(Poseidon).namespace(namespace)
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

const isEqual = (a: Poseidon['status'], b: NonNullable<Poseidon['status']>): boolean =>
  a !== undefined && a.observedGeneration === b.observedGeneration && a.ready === b.ready && a.parts === b.parts

export const newPoseidonController = (manager: Manager): Controller =>
  new Controller(new PoseidonReconciler(manager.client)).for(Poseidon)
