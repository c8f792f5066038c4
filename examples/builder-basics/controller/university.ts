import { isNotFound, type Client, type NamespacedName } from '@apiserver-kit/framework/client'
import { Controller, Reconciler, type Manager } from '@apiserver-kit/framework/controller'
import { University } from '../apis/miskatonic/v1alpha1/university.ts'

/** What the controller reads and writes; a test gives its own. */
export type UniversityClient = Pick<Client, 'resource'>

/** Brings the world nearer to what one University asks for, and says in its status how far it is. */
export class UniversityReconciler extends Reconciler {
  readonly #client: UniversityClient

  constructor(client: UniversityClient) {
    super()
    this.#client = client
  }

  override async reconcile({ namespace, name }: NamespacedName, signal: AbortSignal): Promise<void> {
    const objects = this.#client.resource(University).namespace(namespace)
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

const isEqual = (a: University['status'], b: NonNullable<University['status']>): boolean =>
  a !== undefined && a.observedGeneration === b.observedGeneration && a.ready === b.ready && a.parts === b.parts

export const newUniversityController = (manager: Manager): Controller =>
  new Controller(new UniversityReconciler(manager.client)).for(University)
