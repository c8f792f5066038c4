import { defineKind, Type, type ObjectOf } from '@apiserver-kit/framework'

/** What is sent to `restart` below a Widget, and what it answers. */
export const WidgetRestart = defineKind({
  group: 'demo.example.com',
  version: 'v1alpha1',
  kind: 'WidgetRestart',
  plural: 'widgetrestarts',
  schema: Type.Object({
    spec: Type.Optional(
      Type.Object({ reason: Type.Optional(Type.String({ maxLength: 200, description: 'Why it is asked for.' })) }),
    ),
    status: Type.Optional(Type.Object({ message: Type.String({ description: 'What was done.' }) })),
  }),
})
export type WidgetRestart = ObjectOf<typeof WidgetRestart>
