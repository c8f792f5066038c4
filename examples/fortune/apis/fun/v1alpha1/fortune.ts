import { defineKind, Type, type ObjectOf } from '@apiserver-kit/framework'

export const Fortune = defineKind({
  group: 'fun.example.com',
  version: 'v1alpha1',
  kind: 'Fortune',
  plural: 'fortunes',
  shortNames: ['ft'],
  scope: 'Cluster',
  description: 'Fortune is not stored: its objects are made when they are asked for.',
  schema: Type.Object({
    spec: Type.Object({
      message: Type.String({ description: 'What it says.' }),
      // apiserver-kit:spec
    }),
  }),
  columns: [{ name: 'Message', type: 'string', jsonPath: '.spec.message' }],
})
export type Fortune = ObjectOf<typeof Fortune>
