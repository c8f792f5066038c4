import { convert, ScaleSubresource, StatusSubresource, StoredResource } from '@apiserver-kit/framework'
import { Widget } from '../apis/golden/v1/widget.ts'
import { Widget as WidgetV1beta1 } from '../apis/golden/v1beta1/widget.ts'
// apiserver-kit:imports

export class WidgetResource extends StoredResource<Widget> {
  readonly storageVersion = Widget
  /** An object goes over as it is, but for its apiVersion: where versions differ, give `convert` the functions to and from Widget. */
  override readonly servedVersions = [
    convert<WidgetV1beta1, Widget>(WidgetV1beta1),
    // apiserver-kit:versions
  ]
  override readonly subresources = [
    new StatusSubresource<Widget>(),
    new ScaleSubresource<Widget>({
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    }),
    // apiserver-kit:subresources
  ]
}
