import { defineKind, Type, type ObjectOf } from '@apiserver-kit/framework'

export const Poseidon = defineKind({
  group: 'olympus.example.com',
  version: 'v1alpha1',
  kind: 'Poseidon',
  plural: 'poseidons',
  description: 'Poseidon is found by field selectors, too: kubectl get poseidons --field-selector spec.message=Ionian',
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
  selectableFields: ['.spec.message'],
  columns: [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Ready', type: 'boolean', jsonPath: '.status.ready' },
    { name: 'Message', type: 'string', jsonPath: '.spec.message' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
})
export type Poseidon = ObjectOf<typeof Poseidon>
