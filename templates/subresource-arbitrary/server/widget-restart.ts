import { Subresource, type Getter, type RequestContext } from '@apiserver-kit/framework'
import { WidgetRestart } from '../apis/demo/v1alpha1/widget-restart.ts'
import type { Widget } from '../apis/demo/v1alpha1/widget.ts'

/** `GET …/widgets/NAME/restart`. Its verbs are the methods that are here: `update` may follow. */
export class WidgetRestartSubresource extends Subresource<Widget> implements Getter<WidgetRestart> {
  readonly name = 'restart'
  override readonly kind = WidgetRestart

  async get(name: string, ctx: RequestContext): Promise<WidgetRestart> {
    const { metadata } = await this.parentOf(name, ctx)
    return {
      apiVersion: WidgetRestart.apiVersion,
      kind: WidgetRestart.kind,
      metadata: { ...metadata },
      status: { generation: metadata.generation ?? 0 },
    }
  }
}
