import { field, StatusSubresource, StoredResource, type FieldError } from '@apiserver-kit/framework'
import { DeepOne } from '../apis/innsmouth/v1alpha1/deep-one.ts'
// apiserver-kit:imports

export class DeepOneResource extends StoredResource<DeepOne> {
  readonly storageVersion = DeepOne
  override readonly servedVersions = [
    // apiserver-kit:versions
  ]
  override readonly subresources = [
    new StatusSubresource<DeepOne>(),
    // apiserver-kit:subresources
  ]

  /** What the schema cannot say. */
  override validate({ spec }: DeepOne): FieldError[] {
    return spec.message?.trim() === '' ? [field.invalid('spec.message', spec.message, 'must say something')] : []
  }
}
