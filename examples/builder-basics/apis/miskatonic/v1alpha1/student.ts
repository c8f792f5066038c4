import { defineKind, Type, type ObjectOf } from '@apiserver-kit/framework'

export const Student = defineKind({
  group: 'miskatonic.example.com',
  version: 'v1alpha1',
  kind: 'Student',
  plural: 'students',
  description: 'Student is not stored: its objects are made when they are asked for.',
  schema: Type.Object({
    spec: Type.Object({
      message: Type.String({ description: 'What it says.' }),
      // apiserver-kit:spec
    }),
  }),
  columns: [{ name: 'Message', type: 'string', jsonPath: '.spec.message' }],
})
export type Student = ObjectOf<typeof Student>
