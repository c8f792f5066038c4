import { field, StatusSubresource, StoredResource, type FieldError } from '@apiserver-kit/framework' // if:status
// unless:status> import { field, StoredResource, type FieldError } from '@apiserver-kit/framework'
import { Widget } from '../apis/demo/v1alpha1/widget.ts'
// apiserver-kit:imports

export class WidgetResource extends StoredResource<Widget> {
  readonly storageVersion = Widget
  override readonly servedVersions = [
    // apiserver-kit:versions
  ]
  override readonly subresources = [
    new StatusSubresource<Widget>(), // if:status
    // apiserver-kit:subresources
  ]

  /** What the schema cannot say. */
  override validate({ spec }: Widget): FieldError[] {
    return spec.message?.trim() === '' ? [field.invalid('spec.message', spec.message, 'must say something')] : []
  }
}
