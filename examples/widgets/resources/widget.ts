import { convert, ScaleSubresource, StatusSubresource, StoredResource } from '@apiserver-kit/framework'
import { Widget } from '../apis/golden/v1/widget.ts'
import { Widget as WidgetV1beta1 } from '../apis/golden/v1beta1/widget.ts'

export class WidgetResource extends StoredResource<Widget> {
  readonly storageVersion = Widget
  /** Versions differ in their bounds alone: an object goes over as it is. */
  override readonly servedVersions = [convert<WidgetV1beta1, Widget>(WidgetV1beta1)]
  override readonly subresources = [
    new StatusSubresource<Widget>(),
    new ScaleSubresource<Widget>({
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    }),
  ]
}
