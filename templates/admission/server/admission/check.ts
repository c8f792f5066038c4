import { admissionForbidden, type AdmissionAttributes, type AdmissionPlugin } from '@apiserver-kit/framework'

/** Asked about every write of every resource, before it is stored. */
export class Check implements AdmissionPlugin {
  readonly name = 'Check'

  handles(operation: AdmissionAttributes['operation']): boolean {
    return operation === 'CREATE' || operation === 'UPDATE'
  }

  /** May change `object` in place. */
  async admit({ object }: AdmissionAttributes): Promise<void> {
    if (object) object.metadata.labels = { 'example.com/checked': 'true', ...object.metadata.labels }
  }

  /** May refuse. */
  async validate(attributes: AdmissionAttributes): Promise<void> {
    if (attributes.object?.metadata.labels?.['example.com/checked'] !== 'true')
      throw admissionForbidden(attributes, 'its label example.com/checked must be true')
  }
}
