import { Resource, type Getter, type Lister, type ListOptions, type RequestContext } from '@apiserver-kit/framework'
import { Widget } from '../apis/demo/v1alpha1/widget.ts'
// apiserver-kit:imports

const messages: Readonly<Record<string, string>> = { first: 'Hello.', second: 'Good day.' }

/** Objects that are stored nowhere. The verbs served are the methods that are here: `create`, `update`, `delete` and `watch` may follow. */
export class WidgetResource extends Resource<Widget> implements Getter<Widget>, Lister<Widget> {
  readonly storageVersion = Widget
  override readonly servedVersions = [
    // apiserver-kit:versions
  ]
  override readonly subresources = [
    // apiserver-kit:subresources
  ]

  /** undefined answers 404. */
  async get(name: string, ctx: RequestContext): Promise<Widget | undefined> {
    const message = messages[name]
    return message === undefined ? undefined : newWidget(name, message, ctx)
  }

  async list({ labelSelector, fieldSelector }: ListOptions, ctx: RequestContext): Promise<Widget[]> {
    return Object.entries(messages)
      .map(([name, message]) => newWidget(name, message, ctx))
      .filter(({ metadata }) => labelSelector.matches(metadata.labels))
      .filter(({ metadata: { name = '', namespace = '' } }) =>
        fieldSelector.matches({ 'metadata.name': name, 'metadata.namespace': namespace }),
      )
  }
}

// if:cluster> const newWidget = (name: string, message: string, _ctx: RequestContext): Widget => ({
// unless:cluster
const newWidget = (name: string, message: string, { namespace }: RequestContext): Widget => ({
  // end:cluster
  apiVersion: Widget.apiVersion,
  kind: Widget.kind,
  metadata: { name, namespace: namespace || 'default' }, // unless:cluster
  metadata: { name }, // if:cluster
  spec: { message },
})
