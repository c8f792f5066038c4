import { field, StatusSubresource, StoredResource, type FieldError } from '@apiserver-kit/framework'
import { Poseidon } from '../apis/olympus/v1alpha1/poseidon.ts'
// apiserver-kit:imports

export class PoseidonResource extends StoredResource<Poseidon> {
  readonly storageVersion = Poseidon
  override readonly servedVersions = [
    // apiserver-kit:versions
  ]
  override readonly subresources = [
    new StatusSubresource<Poseidon>(),
    // apiserver-kit:subresources
  ]

  /** What the schema cannot say. */
  override validate({ spec }: Poseidon): FieldError[] {
    return spec.message?.trim() === '' ? [field.invalid('spec.message', spec.message, 'must say something')] : []
  }
}
