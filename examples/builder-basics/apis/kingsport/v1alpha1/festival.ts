import { defineKind, Type, type ObjectOf } from '@apiserver-kit/framework'

export const Festival = defineKind({
  group: 'kingsport.example.com',
  version: 'v1alpha1',
  kind: 'Festival',
  plural: 'festivals',
  shortNames: ['fs', 'fst'],
  scope: 'Cluster',
  description: 'Festival is a first kind: change its schema to what you need.',
  schema: Type.Object({
    spec: Type.Object({
      size: Type.Integer({ minimum: 1, maximum: 100, default: 1, description: 'How many parts are wanted.' }),
      message: Type.Optional(Type.String({ maxLength: 200, description: 'What the parts say.' })),
      // apiserver-kit:spec
    }),
    status: Type.Optional(
      Type.Object({
        observedGeneration: Type.Optional(
          Type.Integer({ description: 'The generation that the controller saw last.' }),
        ),
        ready: Type.Optional(Type.Boolean({ description: 'Everything is as the spec says.' })),
        parts: Type.Optional(Type.Integer({ description: 'How many parts there are.' })),
        // apiserver-kit:status
      }),
    ),
  }),
  columns: [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Ready', type: 'boolean', jsonPath: '.status.ready' },
    { name: 'Message', type: 'string', jsonPath: '.spec.message', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
})
export type Festival = ObjectOf<typeof Festival>
