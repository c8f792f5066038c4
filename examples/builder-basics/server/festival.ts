import { field, StatusSubresource, StoredResource, type FieldError } from '@apiserver-kit/framework'
import { Festival } from '../apis/kingsport/v1alpha1/festival.ts'
// apiserver-kit:imports

export class FestivalResource extends StoredResource<Festival> {
  readonly storageVersion = Festival
  override readonly servedVersions = [
    // apiserver-kit:versions
  ]
  override readonly subresources = [
    new StatusSubresource<Festival>(),
    // apiserver-kit:subresources
  ]

  /** What the schema cannot say. */
  override validate({ spec }: Festival): FieldError[] {
    return spec.message?.trim() === '' ? [field.invalid('spec.message', spec.message, 'must say something')] : []
  }
}
