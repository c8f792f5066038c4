import { field, StatusSubresource, StoredResource, type FieldError } from '@apiserver-kit/framework'
import { Widget } from '../apis/demo/v1alpha1/widget.ts'

export class WidgetResource extends StoredResource<Widget> {
  readonly storageVersion = Widget
  override readonly subresources = [new StatusSubresource<Widget>()]

  /** What the schema cannot say. */
  override validate({ spec }: Widget): FieldError[] {
    return spec.message?.trim() === '' ? [field.invalid('spec.message', spec.message, 'must say something')] : []
  }
}
