import {
  StatusError,
  type AdmissionAttributes,
  type AdmissionPlugin,
  type RequestContext,
  LabelSelector,
  FieldSelector,
} from '@apiserver-kit/framework'
import type { FischerResource } from '../resources/fischer.ts'

const everyFischer = {
  labelSelector: LabelSelector.everything,
  fieldSelector: FieldSelector.everything,
  limit: 0,
  continue: '',
  resourceVersion: '0',
  resourceVersionMatch: '',
} as const

/** Refuses a new Flunder whose name stands in some Fischer's disallowedFlunders. */
export class BanFlunder implements AdmissionPlugin {
  readonly name = 'BanFlunder'
  readonly #fischers: FischerResource

  constructor(fischers: FischerResource) {
    this.#fischers = fischers
  }

  handles(operation: AdmissionAttributes['operation']): boolean {
    return operation === 'CREATE'
  }

  async admit(attributes: AdmissionAttributes, ctx: RequestContext): Promise<void> {
    if (attributes.kind.kind !== 'Flunder') return
    const name = attributes.object?.metadata.name ?? ''
    const { items } = await this.#fischers.list(everyFischer, { ...ctx, namespace: '' })
    for (const item of items)
      if (this.#fischers.copyOf(item).disallowedFlunders?.includes(name))
        throw StatusError.forbidden(
          attributes.resource,
          name,
          'this name may not be used, please change the resource name',
        )
  }
}
