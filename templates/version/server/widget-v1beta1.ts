import { convert } from '@apiserver-kit/framework'
import { Widget } from '../apis/demo/v1alpha1/widget.ts'
import { Widget as WidgetV1beta1 } from '../apis/demo/v1beta1/widget.ts'

/** v1beta1, and the way to and from v1alpha1, in which objects are stored. Where the schemas part, say here what becomes of what. */
export const WidgetV1beta1Conversion = convert<WidgetV1beta1, Widget>(WidgetV1beta1, {
  toStorage: (object) => ({ ...object }),
  fromStorage: (object) => ({ ...object }),
})
