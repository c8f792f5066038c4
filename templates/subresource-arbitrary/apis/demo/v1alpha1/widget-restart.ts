import { defineKind, Type, type ObjectOf } from '@apiserver-kit/framework'

/** What `restart` below a Widget answers. */
export const WidgetRestart = defineKind({
  group: 'demo.example.com',
  version: 'v1alpha1',
  kind: 'WidgetRestart',
  plural: 'widgetrestarts',
  scope: 'Cluster', // if:cluster
  schema: Type.Object({
    status: Type.Object({
      generation: Type.Integer({ description: 'How often the spec of the object was changed.' }),
    }),
  }),
})
export type WidgetRestart = ObjectOf<typeof WidgetRestart>
