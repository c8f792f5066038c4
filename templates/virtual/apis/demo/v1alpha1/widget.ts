import { defineKind, Type, type ObjectOf } from '@apiserver-kit/framework'

export const Widget = defineKind({
  group: 'demo.example.com',
  version: 'v1alpha1',
  kind: 'Widget',
  plural: 'widgets',
  scope: 'Cluster', // if:cluster
  description: 'Widget is not stored: its objects are made when they are asked for.',
  schema: Type.Object({
    spec: Type.Object({
      message: Type.String({ description: 'What it says.' }),
      // apiserver-kit:spec
    }),
  }),
  columns: [{ name: 'Message', type: 'string', jsonPath: '.spec.message' }],
})
export type Widget = ObjectOf<typeof Widget>
