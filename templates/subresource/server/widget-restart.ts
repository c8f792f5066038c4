import { ActionSubresource, type ActionOutput, type RequestContext } from '@apiserver-kit/framework'
import { WidgetRestart } from '../apis/demo/v1alpha1/widget-restart.ts'
import type { Widget } from '../apis/demo/v1alpha1/widget.ts'

/** `POST …/widgets/NAME/restart` */
export class WidgetRestartSubresource extends ActionSubresource<Widget, WidgetRestart> {
  readonly name = 'restart'
  readonly input = WidgetRestart
  readonly output = WidgetRestart

  async run(object: Widget, { spec }: WidgetRestart, _ctx: RequestContext): Promise<ActionOutput<WidgetRestart>> {
    // Do here what is asked for, unless it is a dry run (the fourth argument).
    const reason = spec?.reason === undefined ? '' : `: ${spec.reason}`
    return {
      ...(spec === undefined ? {} : { spec }),
      status: { message: `restart of ${object.metadata.name ?? ''}${reason}` },
    }
  }
}
